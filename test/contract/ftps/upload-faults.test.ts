import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { lookAt } from '../../../lambdas/ftps/look-at.ts';
import { SourceError, upload } from '../../../lambdas/ftps/upload.ts';
import type { FtpsFault } from '../../../lambdas/sync/ftps-fault.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import type { FaultAction } from '../../support/ftps-server/faults.ts';
import { startEmbedded, useEmbedded } from './embedded-partner.ts';
import { failingAfter, inChunks, large, largeSource } from './sources.ts';
import { distinctBytes, openTo, shortTimeouts } from './test-partner.ts';

const path = parseRemotePath('/file');
const content = distinctBytes(200_000);
const whole = { mode: 'store', expectedBytes: content.length } as const;

const partner = await useEmbedded();

afterEach(() => {
  partner.tree.delete('/file');
});

interface Trouble {
  readonly title: string;
  readonly do: FaultAction;
  readonly kind: FtpsFault;
  readonly replyCode?: number;
  /** Whether the session can go on afterwards. */
  readonly session: 'lives' | 'is gone';
}

const refusals: readonly Trouble[] = (
  [
    [550, 'denied'],
    [553, 'name-refused'],
    [501, 'name-refused'],
    [552, 'no-space'],
    [452, 'unavailable'],
    [450, 'unavailable'],
    [451, 'unavailable'],
    [425, 'unavailable'],
    [532, 'denied'],
  ] as const
).map(([replyCode, kind]) => ({
  title: `says ${replyCode} to STOR`,
  do: { kind: 'reply', code: replyCode, text: 'No.' },
  kind,
  replyCode,
  session: 'lives',
}));

const troubles: readonly Trouble[] = [
  {
    title: 'takes a part, resets the data connection and says 552',
    do: { kind: 'cut-data', afterBytes: 100_000, with: 'reset', code: 552, text: 'Quota exceeded.' },
    kind: 'no-space',
    replyCode: 552,
    session: 'lives',
  },
  {
    title: 'takes a part, ends the data connection and says 426',
    do: { kind: 'cut-data', afterBytes: 100_000, with: 'fin', code: 426, text: 'Failure writing.' },
    kind: 'unavailable',
    replyCode: 426,
    session: 'lives',
  },
  {
    title: 'takes a part, resets the data connection and says 226',
    do: { kind: 'cut-data', afterBytes: 100_000, with: 'reset' },
    kind: 'connection-lost',
    session: 'lives',
  },
  {
    title: 'takes a part, ends the data connection and says 226',
    do: { kind: 'cut-data', afterBytes: 100_000, with: 'fin' },
    kind: 'connection-lost',
    session: 'lives',
  },
  {
    title: 'takes a part and then no more',
    do: { kind: 'stall-data', afterBytes: 100_000 },
    kind: 'timeout',
    session: 'is gone',
  },
  {
    title: 'does not answer the TLS handshake',
    do: { kind: 'stall-data-handshake' },
    kind: 'timeout',
    session: 'is gone',
  },
  { title: 'does not answer STOR', do: { kind: 'silence' }, kind: 'timeout', session: 'is gone' },
  {
    title: 'takes everything and says 451',
    do: { kind: 'final-reply', code: 451, text: 'Disk trouble.' },
    kind: 'unavailable',
    replyCode: 451,
    session: 'lives',
  },
  {
    title: 'takes everything and never says 226',
    do: { kind: 'no-final-reply' },
    kind: 'timeout',
    session: 'is gone',
  },
  {
    title: 'drops the control connection at STOR',
    do: { kind: 'cut-control', when: 'before' },
    kind: 'connection-lost',
    session: 'is gone',
  },
  {
    title: 'drops the control connection instead of the final reply',
    do: { kind: 'cut-control', when: 'after', with: 'reset' },
    kind: 'connection-lost',
    session: 'is gone',
  },
  {
    title: 'says 421 at the end',
    do: { kind: 'final-reply', code: 421, text: 'Shutting down.' },
    kind: 'connection-lost',
    session: 'is gone',
  },
];

describe('an upload fails', () => {
  it.each([...refusals, ...troubles])(
    'where the server $title: $kind, and the session $session',
    async ({ do: action, kind, replyCode, session: fate }) => {
      await using session = await openTo(partner, { timeouts: shortTimeouts });
      partner.server.fault({ on: 'STOR', do: action });

      const uploading = upload(session, path, largeSource(), {
        mode: 'store',
        expectedBytes: large.sizeBytes,
      });

      await expect(uploading).rejects.toMatchObject({
        name: 'FtpsError',
        kind,
        ...(replyCode && { replyCode }),
      });
      expect(session.lost).toBe(fate === 'is gone');
    },
  );

  it('where the quota ends in the middle, and says no-space', async () => {
    await using small = await startEmbedded({ quotaBytes: 1_000_000 });
    await using session = await openTo(small, { timeouts: shortTimeouts });

    await expect(
      upload(session, path, largeSource(), { mode: 'store', expectedBytes: large.sizeBytes }),
    ).rejects.toMatchObject({ kind: 'no-space', replyCode: 552 });

    expect(session.lost).toBe(false);
    expect(await lookAt(session, path)).toMatchObject({ sizeBytes: 1_000_000 });
  });

  it('where the quota is used up, before the source is read', async () => {
    await using small = await startEmbedded({ quotaBytes: 0 });
    await using session = await openTo(small, { timeouts: shortTimeouts });
    const source = Readable.from([content]);
    let pulled = 0;

    await expect(
      upload(session, path, source, { ...whole, onBytes: (count) => (pulled += count) }),
    ).rejects.toMatchObject({ kind: 'no-space', replyCode: 552 });

    expect(pulled).toBe(0);
    expect(source.destroyed).toBe(true);
  });

  it.each([
    [
      'fails',
      'the object is gone',
      failingAfter(content.subarray(0, 100_000), new Error('the object is gone')),
    ],
    ['is too short', 'it ended after 199999 of the expected 200000 bytes', inChunks(content.subarray(1))],
    [
      'is too long',
      'it has more than the expected 200000 bytes',
      inChunks(Buffer.concat([content, content])),
    ],
  ])('where the source %s, and then the source is blamed', async (_what, message, source) => {
    await using session = await openTo(partner, { timeouts: shortTimeouts });

    const error = await upload(session, path, source, whole).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ cause: { message } });
    expect(session.lost).toBe(true);
  });

  it('without a proper end of what was sent, where the source fails', async () => {
    await using session = await openTo(partner, { timeouts: shortTimeouts });
    const source = failingAfter(content.subarray(0, 100_000), new Error('the object is gone'));

    await upload(session, path, source, whole).catch(() => undefined);
    while (partner.server.transfers.at(-1)?.replyCode === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }

    expect(partner.server.transfers.at(-1)?.replyCode).toBe(426);
  });

  it('where it is stopped, with the reason that was given', async () => {
    await using session = await openTo(partner, { timeouts: shortTimeouts });
    const stop = new AbortController();
    const reason = new Error('the deadline is near');

    const uploading = upload(session, path, largeSource(), {
      mode: 'store',
      expectedBytes: large.sizeBytes,
      signal: stop.signal,
      onBytes: () => stop.abort(reason),
    });

    await expect(uploading).rejects.toBe(reason);
    expect(session.lost).toBe(true);
  });

  it('where it was stopped before it began, and nothing is sent', async () => {
    await using session = await openTo(partner, { timeouts: shortTimeouts });
    const reason = new Error('too late');

    const uploading = upload(session, path, inChunks(content), {
      ...whole,
      signal: AbortSignal.abort(reason),
    });

    await expect(uploading).rejects.toBe(reason);
    expect(await lookAtAnew()).toBeUndefined();
  });

  it('while the source is waited for, and does not wait for it', async () => {
    await using session = await openTo(partner, { timeouts: shortTimeouts });
    partner.server.fault({
      on: 'STOR',
      do: { kind: 'cut-data', afterBytes: 1, with: 'reset', code: 552, text: 'Quota exceeded.' },
    });
    const source = new Readable({ read: () => undefined });
    source.push(Buffer.from('xx'));

    await expect(upload(session, path, source, whole)).rejects.toMatchObject({ kind: 'no-space' });

    expect(source.destroyed).toBe(true);
    expect(session.lost).toBe(false);
  });

  it('once at a server that minds when TLS begins, and not again', async () => {
    await using minding = await startEmbedded({ features: { refuseEarlyTls: true } });
    await using first = await openTo(minding, { timeouts: shortTimeouts });
    await expect(upload(first, path, inChunks(content), whole)).rejects.toMatchObject({
      kind: 'connection-lost',
    });
    await using second = await openTo(minding, { timeouts: shortTimeouts });

    await upload(second, path, inChunks(content), whole);

    expect(minding.tree.bytesOf('/file').equals(content)).toBe(true);
  });

  it('where the name is not in the encoding, before anything is sent', async () => {
    const settings = { ...partner.settings, encoding: 'latin1' };
    await using session = await openTo({ ...partner, settings });
    const before = partner.server.log.length;

    await expect(upload(session, parseRemotePath('/日本'), inChunks(content), whole)).rejects.toMatchObject({
      kind: 'name-refused',
    });

    expect(partner.server.log.length).toBe(before);
  });
});

async function lookAtAnew() {
  await using session = await openTo(partner);
  return await lookAt(session, path);
}
