import { describe, expect, it } from 'vitest';
import { download, SinkError } from '../../../lambdas/ftps/download.ts';
import type { FtpsFault } from '../../../lambdas/sync/ftps-fault.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import type { FaultAction } from '../../support/ftps-server/faults.ts';
import { type EmbeddedPartner, startEmbedded, useEmbedded } from './embedded-partner.ts';
import { distinctBytes, HashingSink, openTo, shortTimeouts } from './test-partner.ts';

const path = parseRemotePath('/file');
const sizeBytes = 200_000;
const content = distinctBytes(sizeBytes);

const partner = await useEmbedded();

interface Lie {
  readonly title: string;
  readonly on?: string;
  readonly do: FaultAction;
  readonly kind: FtpsFault;
  /** Whether the session can go on afterwards. */
  readonly session: 'lives' | 'is gone';
}

const half = sizeBytes / 2;

const lies: readonly Lie[] = [
  {
    title: 'half of the bytes, a proper end, and 226',
    do: { kind: 'cut-data', afterBytes: half, with: 'close-notify' },
    kind: 'wrong-size',
    session: 'lives',
  },
  {
    title: 'half of the bytes, a bare FIN, and 226',
    do: { kind: 'cut-data', afterBytes: half, with: 'fin' },
    kind: 'wrong-size',
    session: 'lives',
  },
  {
    title: 'half of the bytes, a reset, and 226',
    do: { kind: 'cut-data', afterBytes: half, with: 'reset' },
    kind: 'connection-lost',
    session: 'lives',
  },
  {
    title: 'no byte at all and 226',
    do: { kind: 'cut-data', afterBytes: 0, with: 'close-notify' },
    kind: 'wrong-size',
    session: 'lives',
  },
  {
    title: 'half of the bytes and 426',
    do: { kind: 'cut-data', afterBytes: half, with: 'fin', code: 426, text: 'Transfer aborted.' },
    kind: 'unavailable',
    session: 'lives',
  },
  {
    title: 'half of the bytes and 451',
    do: { kind: 'cut-data', afterBytes: half, with: 'close-notify', code: 451, text: 'Read error.' },
    kind: 'unavailable',
    session: 'lives',
  },
  {
    title: 'a reset and then 550, as ProFTPD does',
    do: { kind: 'cut-data', afterBytes: 0, with: 'reset', code: 550, text: 'Permission denied.' },
    kind: 'denied',
    session: 'lives',
  },
  {
    title: 'all bytes and 451',
    do: { kind: 'final-reply', code: 451, text: 'Checksum failed.' },
    kind: 'unavailable',
    session: 'lives',
  },
  {
    title: 'more bytes than announced, and 226',
    do: { kind: 'extra-data', bytes: 1 },
    kind: 'wrong-size',
    session: 'is gone',
  },
  {
    title: 'all bytes and never a final reply',
    do: { kind: 'no-final-reply' },
    kind: 'timeout',
    session: 'is gone',
  },
  {
    title: 'half of the bytes and then nothing',
    do: { kind: 'stall-data', afterBytes: half },
    kind: 'timeout',
    session: 'is gone',
  },
  {
    title: 'no TLS handshake on the data connection',
    do: { kind: 'stall-data-handshake' },
    kind: 'timeout',
    session: 'is gone',
  },
  { title: 'no answer to RETR', do: { kind: 'silence' }, kind: 'timeout', session: 'is gone' },
  {
    title: 'the end of the control connection',
    do: { kind: 'cut-control', when: 'before' },
    kind: 'connection-lost',
    session: 'is gone',
  },
  {
    title: 'a reset of the control connection behind the last byte',
    do: { kind: 'cut-control', when: 'after', with: 'reset' },
    kind: 'connection-lost',
    session: 'is gone',
  },
  {
    title: '421 in the middle',
    do: {
      kind: 'cut-data',
      afterBytes: half,
      with: 'fin',
      code: 421,
      text: 'Data timeout. Reconnect. Sorry.',
    },
    kind: 'connection-lost',
    session: 'is gone',
  },
  {
    title: '450 to RETR',
    do: { kind: 'reply', code: 450, text: 'File busy.' },
    kind: 'unavailable',
    session: 'lives',
  },
  {
    title: '550 to RETR of a file whose size it tells',
    do: { kind: 'reply', code: 550, text: 'Not now.' },
    kind: 'denied',
    session: 'lives',
  },
  {
    title: 'a passive address on another host',
    on: 'PASV',
    do: { kind: 'passive-host', host: '203.0.113.7' },
    kind: 'protocol',
    session: 'is gone',
  },
  {
    title: '500 to both passive modes',
    on: 'PASV',
    do: { kind: 'reply', code: 500, text: 'Unknown command.' },
    kind: 'not-supported',
    session: 'lives',
  },
];

describe('a download is never good', () => {
  it.each(lies)('when the server sends $title: $kind, and the session $session', async (lie) => {
    partner.tree.put('/file', { content });
    await using session = await openTo(await reachedBy(lie), { timeouts: shortTimeouts });
    partner.server.fault({ on: lie.on ?? 'RETR', do: lie.do });

    await expect(download(session, { path, sizeBytes }, new HashingSink())).rejects.toMatchObject({
      name: 'FtpsError',
      kind: lie.kind,
    });

    expect(session.lost).toBe(lie.session === 'is gone');
  });

  it('when the file was replaced by one of the same size meanwhile', async () => {
    partner.tree.put('/file', { content, modified: new Date('2026-01-01T00:00:00Z') });
    await using session = await openTo(partner, { timeouts: shortTimeouts });
    partner.server.fault({
      on: 'RETR',
      do: {
        kind: 'meanwhile',
        afterBytes: half,
        change: () => partner.tree.put('/file', { content, modified: new Date('2026-01-02T00:00:00Z') }),
      },
    });

    await expect(download(session, { path, sizeBytes }, new HashingSink())).rejects.toMatchObject({
      kind: 'changed',
    });
  });

  it('when the file was deleted meanwhile', async () => {
    partner.tree.put('/file', { content });
    await using session = await openTo(partner, { timeouts: shortTimeouts });
    const change = () => partner.tree.delete('/file');
    partner.server.fault({ on: 'RETR', do: { kind: 'meanwhile', afterBytes: half, change } });

    await expect(download(session, { path, sizeBytes }, new HashingSink())).rejects.toMatchObject({
      kind: 'changed',
    });
  });

  it.each([sizeBytes - 1, sizeBytes + 1])(
    'when it was listed with %i bytes and has another size now',
    async (listed) => {
      partner.tree.put('/file', { content });
      await using session = await openTo(partner, { timeouts: shortTimeouts });
      const sink = new HashingSink();

      await expect(download(session, { path, sizeBytes: listed }, sink)).rejects.toMatchObject({
        kind: 'changed',
      });

      expect(sink.bytes).toBe(0);
    },
  );

  it('where neither SIZE nor the listing tells the size', async () => {
    await using plain = await startEmbedded({ features: { size: false } });
    plain.tree.put('/file', { content });
    await using session = await openTo(plain);

    await expect(download(session, { path, sizeBytes: undefined }, new HashingSink())).rejects.toMatchObject({
      kind: 'not-supported',
    });
  });

  it('when the sink fails, and then it is the sink that is blamed', async () => {
    partner.tree.put('/file', { content });
    await using session = await openTo(partner, { timeouts: shortTimeouts });
    const cause = new Error('disk full');
    const sink = { write: async () => Promise.reject(cause) };

    const error = await download(session, { path, sizeBytes }, sink).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(SinkError);
    expect(error).toMatchObject({ cause });
    expect(session.lost).toBe(true);
  });

  it('when it was stopped, and then the reason is the one given', async () => {
    partner.tree.put('/file', { content });
    await using session = await openTo(partner, { timeouts: shortTimeouts });
    const stop = new AbortController();
    const reason = new Error('the deadline is near');
    const onBytes = () => stop.abort(reason);

    const downloading = download(session, { path, sizeBytes }, new HashingSink(), {
      signal: stop.signal,
      onBytes,
    });

    await expect(downloading).rejects.toBe(reason);
    expect(session.lost).toBe(true);
  });
});

/** PASV is only asked where EPSV is not known. */
async function reachedBy({ on }: Lie): Promise<EmbeddedPartner> {
  if (on === 'PASV')
    partner.server.fault({ on: 'EPSV', do: { kind: 'reply', code: 500, text: 'Unknown command.' } });
  return { ...partner, settings: { ...partner.settings } };
}
