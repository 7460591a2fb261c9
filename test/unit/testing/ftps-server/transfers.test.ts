import { describe, expect, it } from 'vitest';
import { generatedBytes } from '../../../../testing/ftps-server/tree/generated-content.ts';
import { useClients } from './started-client.ts';

const { start } = useClients();

describe('a transfer', () => {
  it.each([0, 1, 15, 16, 17, 70_000, 99_999, 100_000])('begins at byte %i after REST', async (offset) => {
    const { server, client, tree } = await start();
    const content = { sizeBytes: 100_000, seed: 3 };
    tree.put('/big', { content });
    await using _server = server;
    await client.command(`REST ${offset}`);

    const got = await client.transfer('RETR /big');

    expect(got.bytes.equals(Buffer.concat([...generatedBytes(content)]).subarray(offset))).toBe(true);
  });

  it.each([
    { first: 'REST 3', command: 'STOR /a.txt', result: 'alpXYZ' },
    { first: 'NOOP', command: 'STOR /a.txt', result: 'XYZ' },
    { first: 'NOOP', command: 'APPE /a.txt', result: 'alphaXYZ' },
    { first: 'NOOP', command: 'APPE /new.txt', result: 'XYZ' },
  ])('writes with $command after $first', async ({ first, command, result }) => {
    const { server, client, tree } = await start();
    await using _server = server;
    await client.command(first);

    const got = await client.upload(command, 'XYZ');

    expect(got.code).toBe(226);
    expect(tree.bytesOf(command.slice(5)).toString()).toBe(result);
  });

  it('ends with 552 after the last byte of the quota, and the next one does not begin', async () => {
    const { server, client, tree } = await start({ quotaBytes: 2 });
    await using _server = server;

    const got = await client.upload('STOR /new.txt', 'XYZ');
    await client.command('EPSV');
    const next = await client.command('STOR /next.txt');

    expect([got.code, next.code]).toEqual([552, 552]);
    expect(tree.bytesOf('/new.txt').toString()).toBe('XY');
  });

  it('of an upload into a missing directory is refused before any data', async () => {
    const { server, client } = await start();
    await using _server = server;
    await client.command('EPSV');

    const got = await client.command('STOR /missing/a.txt');

    expect(got.code).toBe(550);
  });

  it('ends with 426 after ABOR, which gets 226', async () => {
    const { server, client, tree } = await start({ paceBytesPerSecond: 100_000 });
    tree.put('/big', { content: { sizeBytes: 10_000_000, seed: 3 } });
    await using _server = server;
    const data = await client.openData('RETR /big');
    await new Promise((resolve) => data.once('data', resolve));

    const first = await client.command('ABOR');
    const second = await client.reply();

    expect([first.code, second.code]).toEqual([426, 226]);
  });

  it('ends with 426 where the client closes the data connection', async () => {
    const { server, client, tree } = await start();
    tree.put('/big', { content: { sizeBytes: 100_000_000, seed: 3 } });
    await using _server = server;
    const data = await client.openData('RETR /big');
    await new Promise((resolve) => data.once('data', resolve));
    data.destroy();

    const got = await client.reply();

    expect(got.code).toBe(426);
    expect(await client.command('NOOP')).toMatchObject({ code: 200 });
  });

  it('is unencrypted after PROT C where the server allows it', async () => {
    const { server, client } = await start({ features: { clearData: true } });
    await using _server = server;
    await client.command('PROT C');

    const got = await client.transfer('RETR /a.txt', { clear: true });

    expect(got).toMatchObject({ finalCode: 226, bytes: Buffer.from('alpha'), wireBytes: 5 });
    expect(server.transfers).toMatchObject([{ tlsVersion: undefined }]);
  });

  it('keeps about the configured rate', async () => {
    const { server, client, tree } = await start({ paceBytesPerSecond: 20_000 });
    tree.put('/slow', { content: { sizeBytes: 5_000, seed: 3 } });
    await using _server = server;
    const data = await client.openData('RETR /slow');
    const arrivals: number[] = [];
    data.on('data', (chunk: Buffer) => arrivals.push(chunk.length));

    await new Promise((resolve) => data.once('end', resolve));

    expect(arrivals).toEqual([1000, 1000, 1000, 1000, 1000]);
  });

  it('works with PASV too', async () => {
    const { server, client } = await start();
    await using _server = server;

    const got = await client.transfer('RETR /a.txt', { passive: 'PASV' });

    expect(got).toMatchObject({ finalCode: 226, bytes: Buffer.from('alpha') });
  });
});
