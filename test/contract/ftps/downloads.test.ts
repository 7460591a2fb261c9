import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { download } from '../../../lambdas/ftps/download.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { startEmbedded, useEmbedded } from './embedded-partner.ts';
import { distinctBytes, HashingSink, openTo, sha256, shortTimeouts } from './test-partner.ts';

const path = parseRemotePath('/file');
const sizeBytes = 200_000;
const content = distinctBytes(sizeBytes);

const partner = await useEmbedded();

describe('a download is good', () => {
  it('when the server takes longer for its final reply than for any byte', async () => {
    partner.tree.put('/file', { content });
    await using session = await openTo(partner, {
      timeouts: { ...shortTimeouts, idleMs: 50, finalReplyMs: 5_000 },
    });
    partner.server.fault({ on: 'RETR', do: { kind: 'delay-final-reply', delayMs: 200 } });
    const sink = new HashingSink();

    await download(session, { path, sizeBytes }, sink);

    expect(sink.sha256).toBe(sha256(content));
  });

  it('when the sink holds it back for longer than the server may be silent', async () => {
    partner.tree.put('/file', { content });
    await using session = await openTo(partner, { timeouts: { ...shortTimeouts, idleMs: 50 } });
    const sink = new HashingSink();
    let isFirst = true;
    const slowSink = {
      write: async (chunk: Buffer) => {
        if (isFirst) await new Promise((resolve) => setTimeout(resolve, 200));
        isFirst = false;
        sink.write(chunk);
      },
    };

    await download(session, { path, sizeBytes }, slowSink);

    expect(sink.sha256).toBe(sha256(content));
  });

  it('once the sink has taken the last chunk, also where the end came with that', async () => {
    partner.tree.put('/file', { content: 'small' });
    await using session = await openTo(partner);
    const taken: string[] = [];
    const slowSink = {
      write: async (chunk: Buffer) => {
        await sleep(10);
        taken.push(chunk.toString());
      },
    };

    // Whether the end comes with the chunk is for the network to say.
    for (let time = 1; time <= 40; time++) {
      await download(session, { path, sizeBytes: 5 }, slowSink);
      expect(taken).toHaveLength(time);
    }
  });

  it('not where the sink fails with the last chunk, after the end came', async () => {
    partner.tree.put('/file', { content: 'small' });
    const failure = new Error('no place to put it');
    const failingSink = {
      write: async () => {
        await sleep(10);
        throw failure;
      },
    };

    for (let time = 1; time <= 20; time++) {
      await using session = await openTo(partner);
      const downloading = download(session, { path, sizeBytes: 5 }, failingSink);
      await expect(downloading).rejects.toMatchObject({ cause: failure });
    }
  });

  it('by the size alone, where the server has no MDTM', async () => {
    await using plain = await startEmbedded({ features: { mdtm: false } });
    plain.tree.put('/file', { content });
    await using session = await openTo(plain);

    const result = await download(session, { path, sizeBytes: undefined }, new HashingSink());

    expect(result).toMatchObject({ sizeBytes, modified: undefined, verification: 'size' });
  });

  it('by the listed size, where the server has no SIZE', async () => {
    await using plain = await startEmbedded({ features: { size: false } });
    plain.tree.put('/file', { content });
    await using session = await openTo(plain);

    const result = await download(session, { path, sizeBytes }, new HashingSink());

    expect(result).toMatchObject({ bytes: sizeBytes, sizeBytes });
  });

  it('at the second try with a server that will not have TLS before the command', async () => {
    await using late = await startEmbedded({ features: { refuseEarlyTls: true } });
    late.tree.put('/file', { content });
    await using session = await openTo(late, { timeouts: shortTimeouts });
    const sink = new HashingSink();
    await expect(download(session, { path, sizeBytes }, new HashingSink())).rejects.toMatchObject({
      kind: 'connection-lost',
    });

    await using second = session.lost ? await openTo(late, { timeouts: shortTimeouts }) : session;
    await download(second, { path, sizeBytes }, sink);

    expect(sink.sha256).toBe(sha256(content));
  });
});
