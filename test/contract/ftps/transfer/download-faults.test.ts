import { describe, expect, it } from 'vitest';
import type { FtpsErrorKind } from '../../../../lambdas/core/connection/ftps-error-kind.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { download, SinkError } from '../../../../lambdas/ftps/transfer/download.ts';
import type { FaultAction } from '../../../../testing/ftps-server/faults.ts';
import { type EmbeddedPartner, startEmbedded, useEmbedded } from '../servers/embedded-partner.ts';
import { distinctBytes, HashingSink, openTo, timeoutsFor } from '../test-partner.ts';

const path = parseRemotePath('/file');
const sizeBytes = 200_000;
const content = distinctBytes(sizeBytes);

const partner = await useEmbedded();

interface BadTransfer {
  readonly title: string;
  readonly on?: string;
  readonly do: FaultAction;
  readonly kind: FtpsErrorKind;
  /** Whether the session stays usable. */
  readonly session: 'stays usable' | 'is gone';
}

const half = sizeBytes / 2;

const lies: readonly BadTransfer[] = [
  {
    title: 'half of the bytes, a proper end, and 226',
    do: { kind: 'cut-data', afterBytes: half, with: 'close-notify' },
    kind: 'wrong-size',
    session: 'stays usable',
  },
  {
    title: 'half of the bytes, a bare FIN, and 226',
    do: { kind: 'cut-data', afterBytes: half, with: 'fin' },
    kind: 'wrong-size',
    session: 'stays usable',
  },
  {
    title: 'half of the bytes, a reset, and 226',
    do: { kind: 'cut-data', afterBytes: half, with: 'reset' },
    kind: 'connection-lost',
    session: 'stays usable',
  },
  {
    title: 'no byte at all and 226',
    do: { kind: 'cut-data', afterBytes: 0, with: 'close-notify' },
    kind: 'wrong-size',
    session: 'stays usable',
  },
  {
    title: 'half of the bytes and 426',
    do: { kind: 'cut-data', afterBytes: half, with: 'fin', code: 426, text: 'Transfer aborted.' },
    kind: 'unavailable',
    session: 'stays usable',
  },
  {
    title: 'half of the bytes and 451',
    do: { kind: 'cut-data', afterBytes: half, with: 'close-notify', code: 451, text: 'Read error.' },
    kind: 'unavailable',
    session: 'stays usable',
  },
  {
    title: 'a reset and then 550, as ProFTPD does',
    do: { kind: 'cut-data', afterBytes: 0, with: 'reset', code: 550, text: 'Permission denied.' },
    kind: 'denied',
    session: 'stays usable',
  },
  {
    title: 'all bytes and 451',
    do: { kind: 'final-reply', code: 451, text: 'Checksum failed.' },
    kind: 'unavailable',
    session: 'stays usable',
  },
  {
    title: 'more bytes than SIZE, and 226',
    do: { kind: 'extra-data', bytes: 1 },
    kind: 'wrong-size',
    session: 'is gone',
  },
  {
    title: 'all bytes and no final reply',
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
    title: 'a reset of the control connection after the last byte',
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
    session: 'stays usable',
  },
  {
    title: '550 to RETR of a file with a SIZE',
    do: { kind: 'reply', code: 550, text: 'Not now.' },
    kind: 'denied',
    session: 'stays usable',
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
    session: 'stays usable',
  },
];

describe('a download fails', () => {
  it.each(lies)('when the server sends $title: $kind, and the session $session', async (lie) => {
    partner.tree.put('/file', { content });
    await using session = await openTo(await reachedBy(lie), { timeouts: timeoutsFor(lie.kind) });
    partner.server.fault({ on: lie.on ?? 'RETR', do: lie.do });

    await expect(download(session, { path, sizeBytes }, new HashingSink())).rejects.toMatchObject({
      name: 'FtpsError',
      kind: lie.kind,
    });

    expect(session.lost).toBe(lie.session === 'is gone');
  });

  it('when the file is replaced by one of the same size meanwhile', async () => {
    partner.tree.put('/file', { content, modified: new Date('2026-01-01T00:00:00Z') });
    await using session = await openTo(partner, { timeouts: timeoutsFor('none') });
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

  it('when it is replaced by one of the same size, and MLST alone tells the time', async () => {
    await using plain = await startEmbedded({ features: { mdtm: false } });
    plain.tree.put('/file', { content, modified: new Date('2026-01-01T00:00:00Z') });
    await using session = await openTo(plain, { timeouts: timeoutsFor('none') });
    const change = () => plain.tree.put('/file', { content, modified: new Date('2026-01-02T00:00:00Z') });
    plain.server.fault({ on: 'RETR', do: { kind: 'meanwhile', afterBytes: half, change } });

    await expect(download(session, { path, sizeBytes }, new HashingSink())).rejects.toMatchObject({
      kind: 'changed',
    });
  });

  it('when the file grows meanwhile, though its modified time stays', async () => {
    const modified = new Date('2026-01-01T00:00:00Z');
    partner.tree.put('/file', { content, modified });
    await using session = await openTo(partner, { timeouts: timeoutsFor('none') });
    const grown = { content: Buffer.concat([content, Buffer.from('more')]), modified };
    const change = () => partner.tree.put('/file', grown);
    partner.server.fault({ on: 'RETR', do: { kind: 'meanwhile', afterBytes: half, change } });

    await expect(download(session, { path, sizeBytes }, new HashingSink())).rejects.toMatchObject({
      kind: 'changed',
      message: expect.stringContaining('its size changed'),
    });
  });

  it.each([sizeBytes - 1, sizeBytes + 1])(
    'when it was listed with %i bytes and has another size now',
    async (listed) => {
      partner.tree.put('/file', { content });
      await using session = await openTo(partner, { timeouts: timeoutsFor('none') });
      const sink = new HashingSink();

      await expect(download(session, { path, sizeBytes: listed }, sink)).rejects.toMatchObject({
        kind: 'changed',
      });

      expect(sink.bytes).toBe(0);
    },
  );

  it('where neither SIZE nor the listing has the size', async () => {
    await using plain = await startEmbedded({ features: { size: false } });
    plain.tree.put('/file', { content });
    await using session = await openTo(plain);

    await expect(download(session, { path, sizeBytes: undefined }, new HashingSink())).rejects.toMatchObject({
      kind: 'not-supported',
    });
  });

  it('with a SinkError when the sink fails', async () => {
    partner.tree.put('/file', { content });
    await using session = await openTo(partner, { timeouts: timeoutsFor('none') });
    const cause = new Error('disk full');
    const sink = { write: async () => Promise.reject(cause) };

    const error = await download(session, { path, sizeBytes }, sink).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(SinkError);
    expect(error).toMatchObject({ cause });
    expect(session.lost).toBe(true);
  });

  it('with the reason of the signal when it is aborted', async () => {
    partner.tree.put('/file', { content });
    await using session = await openTo(partner, { timeouts: timeoutsFor('none') });
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

/** PASV is only sent where EPSV is not supported. */
async function reachedBy({ on }: BadTransfer): Promise<EmbeddedPartner> {
  if (on === 'PASV')
    partner.server.fault({ on: 'EPSV', do: { kind: 'reply', code: 500, text: 'Unknown command.' } });
  return { ...partner, settings: { ...partner.settings } };
}
