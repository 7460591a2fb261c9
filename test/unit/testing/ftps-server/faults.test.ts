import { describe, expect, it } from 'vitest';
import { FaultPartners } from './fault-partners.ts';
import { connect, download } from './partner.ts';
import { RawClient } from './raw-client.ts';

const partners = FaultPartners.use();

/** One TLS 1.3 record: header 5, alert 2, content type 1, tag 16 (RFC 8446, 5.2). */
const closeNotifyBytes = 24;

describe('a fault of the data connection', () => {
  it.each([
    { how: 'close-notify', clean: true },
    { how: 'fin', clean: true },
    { how: 'reset', clean: false },
  ] as const)('cuts a file with $how and says 226 all the same', async ({ how, clean }) => {
    const { server } = await partners.start('RETR', { kind: 'cut-data', afterBytes: 50_000, with: how });
    await using _server = server;

    const got = await partners.retrieve(server);

    expect(got).toMatchObject({ finalCode: 226, endedCleanly: clean });
    if (clean) expect(got.bytes.length).toBe(50_000);
  });

  it('leaves close_notify out with a bare FIN', async () => {
    const { server } = await partners.start('RETR', { kind: 'cut-data', afterBytes: 9, with: 'fin' });
    await using _server = server;
    const bare = await partners.retrieve(server);
    server.clearFaults();
    server.fault({ on: 'RETR', do: { kind: 'cut-data', afterBytes: 9, with: 'close-notify' } });

    const proper = await partners.retrieve(server);

    expect(proper.wireBytes - bare.wireBytes).toBe(closeNotifyBytes);
  });

  it('cuts a file and answers 426', async () => {
    const { server } = await partners.start('RETR', {
      kind: 'cut-data',
      afterBytes: 1,
      with: 'close-notify',
      code: 426,
      text: 'Connection closed; transfer aborted.',
    });
    await using _server = server;

    const got = await partners.retrieve(server);

    expect(got).toMatchObject({ finalCode: 426, bytes: Buffer.alloc(1, got.bytes) });
  });

  it('sends more bytes than SIZE', async () => {
    const { server } = await partners.start('RETR', { kind: 'extra-data', bytes: 7 });
    await using _server = server;

    const got = await partners.retrieve(server);

    expect(got).toMatchObject({ finalCode: 226, endedCleanly: true });
    expect(got.bytes.length).toBe(100_007);
  });

  it('answers something other than 226 after a complete file', async () => {
    const { server } = await partners.start('RETR', { kind: 'final-reply', code: 451, text: 'Disk error.' });
    await using _server = server;

    const got = await partners.retrieve(server);

    expect(got.bytes.length).toBe(100_000);
    expect(got.finalCode).toBe(451);
  });

  it('never answers 226 after a complete file', async () => {
    const { server } = await partners.start('RETR', { kind: 'no-final-reply' });
    await using _server = server;
    await using client = await RawClient.login(server, partners.identity);

    const got = await client.transferWithoutReply('RETR /file.bin');
    const next = await client.command('NOOP');

    expect(got.length).toBe(100_000);
    expect(next).toMatchObject({ code: 200 });
  });

  it('answers 226 late', async () => {
    const { server } = await partners.start('RETR', { kind: 'delay-final-reply', delayMs: 20 });
    await using _server = server;

    const got = await partners.retrieve(server);

    expect(got).toMatchObject({ finalCode: 226, endedCleanly: true });
  });

  it('stops in the middle of a file without a reply', async () => {
    const { server } = await partners.start('RETR', { kind: 'stall-data', afterBytes: 10_000 });
    await using _server = server;
    using client = await connect(server, partners.identity, { timeoutMs: 300 });

    const outcome = await download(client, '/file.bin').catch((error: Error) => error.message);

    expect(outcome).toMatch(/Timeout/);
    expect(server.transfers).toMatchObject([{ bytes: 10_000, replyCode: undefined }]);
  });

  it('does not answer the TLS handshake', async () => {
    const { server } = await partners.start('RETR', { kind: 'stall-data-handshake' });
    await using _server = server;
    using client = await connect(server, partners.identity, { timeoutMs: 300 });

    const outcome = await download(client, '/file.bin').catch((error: Error) => error.message);

    expect(outcome).toMatch(/Timeout/);
    expect(server.transfers).toMatchObject([{ bytes: 0, tlsVersion: undefined }]);
  });

  it('lets the file be replaced while it is sent', async () => {
    const { server, tree } = await partners.start('RETR', {
      kind: 'meanwhile',
      afterBytes: 1,
      change: () => tree.put('/file.bin', { content: 'new' }),
    });
    await using _server = server;
    await using client = await RawClient.login(server, partners.identity);

    const got = await client.transfer('RETR /file.bin');
    const size = await client.command('SIZE /file.bin');

    expect(got.bytes.length).toBe(100_000);
    expect(size).toMatchObject({ code: 213, text: '3' });
  });

  it('cuts an upload and still answers 226', async () => {
    const { server, tree } = await partners.start('STOR', {
      kind: 'cut-data',
      afterBytes: 3,
      with: 'close-notify',
    });
    await using _server = server;
    await using client = await RawClient.login(server, partners.identity);

    const got = await client.upload('STOR /up.txt', 'abcdef');

    expect(got).toMatchObject({ code: 226 });
    expect(tree.bytesOf('/up.txt').toString()).toBe('abc');
  });
});

describe('a fault of a listing', () => {
  it('cuts the last line in the middle and answers 226', async () => {
    const { server } = await partners.start('MLSD', {
      kind: 'cut-data',
      afterBytes: 1010,
      with: 'close-notify',
    });
    await using _server = server;

    const got = await partners.retrieve(server, 'MLSD /dir');

    expect(got).toMatchObject({ finalCode: 226, endedCleanly: true });
    expect(got.bytes.length).toBe(1010);
    expect(got.bytes.toString().endsWith('\r\n')).toBe(false);
  });

  it('ends after some lines and says so in its 226', async () => {
    const { server } = await partners.start('MLSD', {
      kind: 'short-listing',
      lines: 10,
      text: 'Output truncated to 10 matches',
    });
    await using _server = server;

    const got = await partners.retrieve(server, 'MLSD /dir');

    expect(got).toMatchObject({ finalCode: 226, finalText: 'Output truncated to 10 matches' });
    expect(got.bytes.toString().split('\r\n')).toHaveLength(11);
  });

  it('has lines that are not entries', async () => {
    const { server } = await partners.start('LIST', {
      kind: 'garbage-lines',
      lines: ['ls: cannot access', Buffer.from([0xff, 0xfe])],
    });
    await using _server = server;

    const got = await partners.retrieve(server, 'LIST /dir');

    const lines = got.bytes.toString('latin1').split('\r\n');
    expect(lines.slice(0, 2)).toEqual(['ls: cannot access', '\xff\xfe']);
    expect(lines).toHaveLength(103);
  });

  it('has the lines of another server', async () => {
    const { server } = await partners.start('LIST', { kind: 'listing-lines', lines: ['one', 'two'] });
    await using _server = server;

    const got = await partners.retrieve(server, 'LIST /dir');

    expect(got).toMatchObject({ finalCode: 226, bytes: Buffer.from('one\r\ntwo\r\n') });
  });

  it('is empty for a missing directory', async () => {
    const { server } = await partners.start('LIST', { kind: 'empty-listing' });
    await using _server = server;

    const got = await partners.retrieve(server, 'LIST /missing');

    expect(got).toMatchObject({ finalCode: 226, bytes: Buffer.alloc(0) });
  });
});
