import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { download } from '../../../../lambdas/ftps/transfer/download.ts';
import { startEmbedded, useEmbedded } from '../servers/embedded-partner.ts';
import { distinctBytes, HashingSink, openTo, sha256, timeoutsFor } from '../test-partner.ts';

const path = parseRemotePath('/file');
const sizeBytes = 200_000;
const content = distinctBytes(sizeBytes);

const partner = await useEmbedded();

describe('a download succeeds', () => {
  it('when the final reply takes longer than any byte', async () => {
    partner.tree.put('/file', { content });
    await using session = await openTo(partner, {
      timeouts: { idleMs: 1_000 },
    });
    partner.server.fault({ on: 'RETR', do: { kind: 'delay-final-reply', delayMs: 1_300 } });
    const sink = new HashingSink();

    await download(session, { path, sizeBytes }, sink);

    expect(sink.sha256).toBe(sha256(content));
  });

  it('when the sink pauses it for longer than the server may stay silent', async () => {
    partner.tree.put('/file', { content });
    await using session = await openTo(partner, { timeouts: { idleMs: 1_000 } });
    const sink = new HashingSink();
    let isFirst = true;
    const slowSink = {
      write: async (chunk: Buffer) => {
        if (isFirst) await new Promise((resolve) => setTimeout(resolve, 1_300));
        isFirst = false;
        sink.write(chunk);
      },
    };

    await download(session, { path, sizeBytes }, slowSink);

    expect(sink.sha256).toBe(sha256(content));
  });

  it('after the sink has consumed the last chunk, also where the end arrived with it', async () => {
    partner.tree.put('/file', { content: 'small' });
    await using session = await openTo(partner);
    const taken: string[] = [];
    const slowSink = {
      write: async (chunk: Buffer) => {
        await sleep(10);
        taken.push(chunk.toString());
      },
    };

    // The network decides whether the end arrives with the chunk.
    for (let time = 1; time <= 40; time++) {
      await download(session, { path, sizeBytes: 5 }, slowSink);
      expect(taken).toHaveLength(time);
    }
  });

  it('not where the sink fails with the last chunk after the end has arrived', async () => {
    partner.tree.put('/file', { content: 'small' });
    const lastError = new Error('no place to put it');
    const failingSink = {
      write: async () => {
        await sleep(10);
        throw lastError;
      },
    };

    for (let time = 1; time <= 20; time++) {
      await using session = await openTo(partner);
      const downloading = download(session, { path, sizeBytes: 5 }, failingSink);
      await expect(downloading).rejects.toMatchObject({ cause: lastError });
    }
  });

  it('by the time of MLST, where the server has no MDTM', async () => {
    await using plain = await startEmbedded({ features: { mdtm: false } });
    plain.tree.put('/file', { content, modified: new Date('2026-11-20T02:15:07Z') });
    await using session = await openTo(plain);

    const result = await download(session, { path, sizeBytes }, new HashingSink());

    expect(result).toMatchObject({
      modified: { wallClock: '2026-11-20T02:15:07', precision: 'second', clock: 'utc' },
      verification: 'size+mtime',
    });
  });

  it('by the size alone, where the server has neither MDTM nor MLST', async () => {
    await using plain = await startEmbedded({ features: { mdtm: false, mlsd: false } });
    plain.tree.put('/file', { content });
    await using session = await openTo(plain);

    const result = await download(session, { path, sizeBytes: undefined }, new HashingSink());

    expect(result).toMatchObject({ sizeBytes, modified: undefined, verification: 'size' });
  });

  it.each([
    ['', {}],
    [', without SIZE', { size: false }],
    [', without MDTM', { mdtm: false }],
    [', without SIZE, MDTM and MLST', { size: false, mdtm: false, mlsd: false }],
  ])('of a file that the server removes once it was read%s', async (_, lacks) => {
    await using mailbox = await startEmbedded({ features: { removeWhenRead: true, ...lacks } });
    mailbox.tree.put('/file', { content });
    await using session = await openTo(mailbox);
    const sink = new HashingSink();

    const result = await download(session, { path, sizeBytes }, sink);

    expect(sink.sha256).toBe(sha256(content));
    expect(result.verification).toBe('size');
    await expect(mailbox.tree.find('/file')).rejects.toThrow('missing');
  });

  it.each([
    ['SIZE', ['SIZE'], 'size+mtime'],
    ['SIZE and MDTM', ['SIZE', 'MDTM'], 'size'],
    ['SIZE after the download', ['SIZE'], 'size+mtime', 1],
  ] as const)('by the listed size, where this user may not ask for %s', async (...row) => {
    const [, refused, verification, after = 0] = row;
    partner.tree.put('/file', { content });
    await using session = await openTo(partner);
    for (const on of refused)
      partner.server.fault({ on, after, do: { kind: 'reply', code: 550, text: 'Permission denied' } });
    const sink = new HashingSink();

    const result = await download(session, { path, sizeBytes }, sink);

    expect(sink.sha256).toBe(sha256(content));
    expect(result).toMatchObject({ sizeBytes, verification, afterwards: 'same' });
    partner.server.clearFaults();
  });

  it('without a comparison afterwards, where the session ends after the last byte', async () => {
    partner.tree.put('/file', { content });
    await using session = await openTo(partner, { timeouts: timeoutsFor('none') });
    partner.server.fault({ on: 'SIZE', after: 1, times: 1, do: { kind: 'cut-control', when: 'before' } });
    const sink = new HashingSink();

    const result = await download(session, { path, sizeBytes }, sink);

    expect(sink.sha256).toBe(sha256(content));
    expect(result).toMatchObject({ verification: 'size', afterwards: 'not-told' });
  });

  it('by the listed size, where the server has no SIZE', async () => {
    await using plain = await startEmbedded({ features: { size: false } });
    plain.tree.put('/file', { content });
    await using session = await openTo(plain);

    const result = await download(session, { path, sizeBytes }, new HashingSink());

    expect(result).toMatchObject({ bytes: sizeBytes, sizeBytes });
  });

  it('at the second try with a server that refuses TLS before the command', async () => {
    await using late = await startEmbedded({ features: { refuseEarlyTls: true } });
    late.tree.put('/file', { content });
    await using session = await openTo(late, { timeouts: timeoutsFor('none') });
    const sink = new HashingSink();
    await expect(download(session, { path, sizeBytes }, new HashingSink())).rejects.toMatchObject({
      kind: 'connection-lost',
    });

    await using second = session.lost ? await openTo(late, { timeouts: timeoutsFor('none') }) : session;
    await download(second, { path, sizeBytes }, sink);

    expect(sink.sha256).toBe(sha256(content));
  });
});
