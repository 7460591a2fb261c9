import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { rename } from '../../../../lambdas/ftps/session/rename.ts';
import type { Session } from '../../../../lambdas/ftps/session/session.ts';
import { download } from '../../../../lambdas/ftps/transfer/download.ts';
import { upload } from '../../../../lambdas/ftps/transfer/upload.ts';
import { startEmbedded } from '../servers/embedded-partner.ts';
import { HashingSink, openTo } from '../test-partner.ts';

/** For a test that expects a reply without an end, and waits for it. */
const timeouts = { unfinishedMs: 100 };

const file = parseRemotePath('/out/a.csv');
const isFast = { loginMs: 120_000, replyMs: 120_000 };

describe('a session opens although the reply to FEAT', () => {
  it.each([
    [
      'begins with one code and ends with another',
      '221-\r\n MDTM\r\n MLST type*;size*;modify*;\r\n SIZE\r\n UTF8\r\n211 End\r\n',
      'begins with 221- and ends with "211 End"',
    ],
    [
      'has no end',
      '211-Features:\r\n MDTM\r\n MLST type*;size*;modify*;\r\n SIZE\r\n UTF8\r\n',
      'has no last line',
    ],
    [
      'has the code before each line',
      '211-Features:\r\n211-MDTM\r\n211-MLST type*;size*;modify*;\r\n211-SIZE\r\n211-UTF8\r\n211 End\r\n',
      undefined,
    ],
  ])('%s', async (_what, bytes, unusualEnd) => {
    await using server = await startEmbedded();
    server.server.fault({ on: 'FEAT', do: { kind: 'reply-bytes', bytes } });

    await using session = await openTo(server, { timeouts });

    expect([...(session.capabilities.features?.keys() ?? [])]).toEqual(['MDTM', 'MLST', 'SIZE', 'UTF8']);
    if (unusualEnd === undefined) expect(session.capabilities.unusualEnd).toBeUndefined();
    else expect(session.capabilities.unusualEnd).toContain(unusualEnd);
  });
});

describe('a login ends, and names the command, where', () => {
  it.each([
    ['PASS', '230-Welcome\r\n to us\r\n', /the reply to PASS \*\*\*, which began with 230-.*" to us"/],
    ['PASS', '230-Welcome\r\n220 End\r\n', /the reply to PASS \*\*\*, which began with 230-.*"220 End"/],
    ['PROT', '200 ok\r', /the reply to PROT P was not ended/],
    ['connect', '220-Welcome\r\n', /the greeting, which began with 220-, was not ended/],
    ['connect', '220 Welcome\r', /the greeting was not ended/],
  ])('the reply to %s is %j', async (on, bytes, says) => {
    await using server = await startEmbedded();
    server.server.fault({ on, do: { kind: 'reply-bytes', bytes } });

    const opening = openTo(server, { timeouts: { ...isFast, ...timeouts } });

    await expect(opening).rejects.toMatchObject({ answer: expect.stringMatching(says) });
  });

  it.each(['connect', 'USER', 'PASS', 'PROT'])('the reply to %s comes twice', async (on) => {
    await using server = await startEmbedded();
    server.server.fault({ on, do: { kind: 'second-reply', when: 'at-once' } });

    const opening = openTo(server, { timeouts: isFast });

    await expect(opening).rejects.toMatchObject({
      kind: 'protocol',
      answer: expect.stringContaining(on === 'connect' ? 'the greeting' : on),
    });
  });

  it('PASS gets the second reply to USER, which is no refusal of the password', async () => {
    await using server = await startEmbedded();
    server.server.fault({ on: 'USER', do: { kind: 'second-reply', when: 'before-next' } });

    await expect(openTo(server)).rejects.toMatchObject({
      kind: 'protocol',
      answer: expect.stringMatching(/answered PASS \*\*\* with "331 .*belongs to .*USER ann/),
    });
  });

  it.each([
    ['AUTH', 'stall-handshake', 'the TLS handshake did not end'],
    ['connect', 'silence', 'the server did not greet'],
  ] as const)('the server stalls at %s (%s)', async (on, kind, says) => {
    await using server = await startEmbedded();
    server.server.fault({ on, do: { kind } });

    const opening = openTo(server, { timeouts: { loginMs: 300 } });

    await expect(opening).rejects.toMatchObject({ answer: `no login within 0.3 s: ${says}` });
  });

  it('a command is not answered', async () => {
    await using server = await startEmbedded();
    server.server.fault({ on: 'PROT', do: { kind: 'silence' } });

    await expect(openTo(server, { timeouts: { loginMs: 300 } })).rejects.toMatchObject({
      kind: 'timeout',
      answer: 'no login within 0.3 s: the server did not answer PROT P',
      message: expect.stringMatching(/set connection\.timeouts\.connect/),
    });
  });
});

describe('a session is dropped, and the text names the command, where a second reply comes to', () => {
  const read = (session: Session) => download(session, { path: file, sizeBytes: 5 }, new HashingSink());
  const write = (session: Session) =>
    upload(session, file, Readable.from([Buffer.from('12345')]), { mode: 'store', expectedBytes: 5 });
  const twice = async (session: Session, work: (session: Session) => Promise<unknown>) => {
    await work(session);
    await work(session);
  };

  it.each([
    ['EPSV', read],
    ['RETR', read],
    ['STOR', write],
  ])('%s', async (on, work) => {
    for (const when of ['at-once', 'before-next'] as const) {
      await using server = await startEmbedded();
      server.tree.put(file, { content: '12345' });
      await using session = await openTo(server, { timeouts: isFast });
      server.server.fault({ on, do: { kind: 'second-reply', when } });

      await expect(twice(session, work)).rejects.toMatchObject({
        kind: 'protocol',
        answer: expect.stringContaining(on),
      });
      expect(session.lost).toBe(true);
    }
  });

  it('RNTO, after a rename that has happened', async () => {
    await using server = await startEmbedded();
    server.tree.put(file, { content: '12345' });
    await using session = await openTo(server, { timeouts: isFast });
    server.server.fault({ on: 'RNTO', do: { kind: 'second-reply', when: 'at-once' } });

    await rename(session, file, parseRemotePath('/out/b.csv'));

    expect(server.tree.bytesOf('/out/b.csv').toString()).toBe('12345');
    expect(session.control.lost?.answer).toContain('RNTO /out/b.csv');
  });
});
