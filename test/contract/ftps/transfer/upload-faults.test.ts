import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { FtpsErrorKind } from '../../../../lambdas/core/connection/ftps-error-kind.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { statFile } from '../../../../lambdas/ftps/listing/stat-file.ts';
import { SourceError, upload } from '../../../../lambdas/ftps/transfer/upload.ts';
import type { FaultAction } from '../../../../testing/ftps-server/faults.ts';
import { startEmbedded, useEmbedded } from '../servers/embedded-partner.ts';
import { distinctBytes, openTo, timeoutsFor } from '../test-partner.ts';
import { failingAfter, inChunks, large, largeSource } from './sources.ts';

const path = parseRemotePath('/file');
const content = distinctBytes(200_000);
const whole = { mode: 'store', expectedBytes: content.length } as const;

const partner = await useEmbedded();

afterEach(() => {
  partner.tree.delete('/file');
});

interface BadServer {
  readonly title: string;
  readonly do: FaultAction;
  readonly kind: FtpsErrorKind;
  readonly replyCode?: number;
  /** Whether the session stays usable. */
  readonly session: 'stays usable' | 'is gone';
}

const refusals: readonly BadServer[] = (
  [
    [550, 'denied'],
    [553, 'name-refused'],
    [501, 'name-refused'],
    [552, 'no-space'],
    [452, 'unavailable'],
    [450, 'unavailable'],
    [451, 'unavailable'],
    [425, 'unavailable'],
    [332, 'account-required'],
    [532, 'account-required'],
  ] as const
).map(([replyCode, kind]) => ({
  title: `answers ${replyCode} to STOR`,
  do: { kind: 'reply', code: replyCode, text: 'No.' },
  kind,
  replyCode,
  session: 'stays usable',
}));

const badServers: readonly BadServer[] = [
  {
    title: 'accepts a part, resets the data connection and answers 552',
    do: { kind: 'cut-data', afterBytes: 100_000, with: 'reset', code: 552, text: 'Quota exceeded.' },
    kind: 'no-space',
    replyCode: 552,
    session: 'stays usable',
  },
  {
    title: 'accepts a part, ends the data connection and answers 426',
    do: { kind: 'cut-data', afterBytes: 100_000, with: 'fin', code: 426, text: 'Failure writing.' },
    kind: 'unavailable',
    replyCode: 426,
    session: 'stays usable',
  },
  {
    title: 'accepts a part, resets the data connection and answers 226',
    do: { kind: 'cut-data', afterBytes: 100_000, with: 'reset' },
    kind: 'connection-lost',
    session: 'stays usable',
  },
  {
    title: 'accepts a part, ends the data connection and answers 226',
    do: { kind: 'cut-data', afterBytes: 100_000, with: 'fin' },
    kind: 'connection-lost',
    session: 'stays usable',
  },
  {
    title: 'accepts a part and then no more',
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
  {
    title: 'answers 226 before it has read a byte',
    do: { kind: 'reply', code: 226, text: 'Transfer complete.' },
    kind: 'wrong-size',
    session: 'stays usable',
  },
  { title: 'does not answer STOR', do: { kind: 'silence' }, kind: 'timeout', session: 'is gone' },
  {
    title: 'accepts everything and answers 451',
    do: { kind: 'final-reply', code: 451, text: 'Disk trouble.' },
    kind: 'unavailable',
    replyCode: 451,
    session: 'stays usable',
  },
  {
    title: 'accepts everything and never answers 226',
    do: { kind: 'no-final-reply' },
    kind: 'timeout',
    session: 'is gone',
  },
  {
    title: 'closes the control connection at STOR',
    do: { kind: 'cut-control', when: 'before' },
    kind: 'connection-lost',
    session: 'is gone',
  },
  {
    title: 'closes the control connection instead of the final reply',
    do: { kind: 'cut-control', when: 'after', with: 'reset' },
    kind: 'connection-lost',
    session: 'is gone',
  },
  {
    title: 'answers 421 at the end',
    do: { kind: 'final-reply', code: 421, text: 'Shutting down.' },
    kind: 'connection-lost',
    session: 'is gone',
  },
];

describe('an upload fails', () => {
  it.each([...refusals, ...badServers])(
    'where the server $title: $kind, and the session $session',
    async ({ do: action, kind, replyCode, session: fate }) => {
      await using session = await openTo(partner, { timeouts: timeoutsFor(kind) });
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

  it('as no-space where the quota ends in the middle', async () => {
    await using small = await startEmbedded({ quotaBytes: 1_000_000 });
    await using session = await openTo(small, { timeouts: timeoutsFor('none') });

    await expect(
      upload(session, path, largeSource(), { mode: 'store', expectedBytes: large.sizeBytes }),
    ).rejects.toMatchObject({ kind: 'no-space', replyCode: 552 });

    expect(session.lost).toBe(false);
    expect(await statFile(session, path)).toMatchObject({ sizeBytes: 1_000_000 });
  });

  it('before it reads the source where the quota is used up', async () => {
    await using small = await startEmbedded({ quotaBytes: 0 });
    await using session = await openTo(small, { timeouts: timeoutsFor('none') });
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
    [
      'is too short',
      'the source ended after 199999 of the expected 200000 bytes',
      inChunks(content.subarray(1)),
    ],
    [
      'is too long',
      'the source has more than the expected 200000 bytes',
      inChunks(Buffer.concat([content, content])),
    ],
  ])('with a SourceError where the source %s', async (_what, message, source) => {
    await using session = await openTo(partner, { timeouts: timeoutsFor('none') });

    const error = await upload(session, path, source, whole).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ cause: { message } });
    expect(session.lost).toBe(true);
  });

  it('without a proper end of the data where the source fails', async () => {
    await using session = await openTo(partner, { timeouts: timeoutsFor('none') });
    const source = failingAfter(content.subarray(0, 100_000), new Error('the object is gone'));

    await upload(session, path, source, whole).catch(() => undefined);
    while (partner.server.transfers.at(-1)?.replyCode === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }

    expect(partner.server.transfers.at(-1)?.replyCode).toBe(426);
  });

  it('with the reason of the signal where it is aborted', async () => {
    await using session = await openTo(partner, { timeouts: timeoutsFor('none') });
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

  it('without sending anything where it is aborted before it begins', async () => {
    await using session = await openTo(partner, { timeouts: timeoutsFor('none') });
    const reason = new Error('too late');

    const uploading = upload(session, path, inChunks(content), {
      ...whole,
      signal: AbortSignal.abort(reason),
    });

    await expect(uploading).rejects.toBe(reason);
    expect(await statInNewSession()).toBeUndefined();
  });

  it('without waiting for the source', async () => {
    await using session = await openTo(partner, { timeouts: timeoutsFor('none') });
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

  it('once at a server that refuses early TLS, and not again', async () => {
    await using picky = await startEmbedded({ features: { refuseEarlyTls: true } });
    await using first = await openTo(picky, { timeouts: timeoutsFor('none') });
    await expect(upload(first, path, inChunks(content), whole)).rejects.toMatchObject({
      kind: 'connection-lost',
    });
    await using second = await openTo(picky, { timeouts: timeoutsFor('none') });

    await upload(second, path, inChunks(content), whole);

    expect(picky.tree.bytesOf('/file').equals(content)).toBe(true);
  });

  it('before anything is sent where the encoding lacks the name', async () => {
    const settings = { ...partner.settings, encoding: 'latin1' };
    await using session = await openTo({ ...partner, settings });
    const before = partner.server.log.length;

    await expect(upload(session, parseRemotePath('/日本'), inChunks(content), whole)).rejects.toMatchObject({
      kind: 'name-refused',
    });

    expect(partner.server.log.length).toBe(before);
  });
});

async function statInNewSession() {
  await using session = await openTo(partner);
  return await statFile(session, path);
}
