import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import { recordUpload } from '../../../../lambdas/ledger/entries/delivery-entries.ts';
import { afterFailure } from '../../../../lambdas/push/push-file/delivery-error.ts';
import type { FtpsServer } from '../../../../testing/ftps-server/server.ts';
import { availableServers } from '../../../support/real-servers/available-servers.ts';
import { distinctBytes, sha256 } from '../../ftps/test-partner.ts';
import { usePushStage } from '../push-stage.ts';
import { LongUploadFixture, type SpreadServer } from './long-upload-fixture.ts';
import { startEmbedded, startReal } from './long-upload-servers.ts';

const stage = usePushStage();
const mebibyte = 1024 * 1024;

const { ready, absent } = await availableServers();
for (const { name, reason } of absent) {
  process.stdout.write(`Skipped: spreading an upload to ${name}: ${reason}.\n`);
  it.skip(`an upload to ${name} is spread where it is present (${reason})`);
}

/** More than what is in transit between a function and the server's disk. */
const content = distinctBytes(48 * mebibyte + 12_345);
const each = { bytes: 12 * mebibyte };

const proftpd = ready.find(({ name }) => name === 'proftpd');
const off = ['<Directory />', 'AllowStoreRestart off', '</Directory>'];

/** The commands that sent a file, or a part of one, in order. */
function uploadsTo({ transfers }: FtpsServer): string[] {
  return transfers.map(({ command }) => command).filter((command) => /STOR|APPE/.test(command));
}

interface Started {
  readonly name: string;
  readonly start: () => Promise<SpreadServer>;
}

const goingOn: readonly Started[] = [
  ...ready.map((program) => ({ name: program.name, start: () => startReal(program) })),
  { name: 'the embedded server', start: () => startEmbedded() },
];

describe.each(goingOn)('An object too large for one invocation, delivered to $name', ({ start }) => {
  it('is delivered by several of them, none of which counts as a try', async () => {
    const fixture = new LongUploadFixture(stage, await start());
    const delivery = await fixture.put('a.bin', content);

    const ends = await fixture.pushToEnd(delivery, each);

    const { delivered, lastError, upload } = await fixture.record('a.bin');
    expect(ends.length).toBeGreaterThan(2);
    expect(ends).toEqual([...Array(ends.length - 1).fill('unfinished'), 'delivered']);
    expect(fixture.read('a.bin').equals(content)).toBe(true);
    expect(fixture.names()).toEqual(['a.bin']);
    expect(delivered).toMatchObject({ sizeBytes: content.length });
    expect([lastError, upload]).toEqual([undefined, undefined]);
  });

  it('is delivered although invocations are lost, and each one that made progress starts a new count of tries', async () => {
    const fixture = new LongUploadFixture(stage, await start());
    const delivery = await fixture.put('a.bin', content);
    const tries: unknown[] = [];
    // A server may accept many bytes at once.
    while (fixture.stagedBytes() < content.length - 16 * mebibyte) {
      const lostAt = fixture.stagedBytes() + 8 * mebibyte;
      const error = await fixture.push(delivery, { lostAt }).catch((reason: unknown) => reason);
      tries.push(error instanceof Error && 'tries' in error ? error.tries : error);
    }

    const end = await fixture.push(delivery);

    expect(tries).toEqual(Array(tries.length).fill(1));
    expect(end).toBe('delivered');
    expect(fixture.read('a.bin').equals(content)).toBe(true);
    expect(fixture.names()).toEqual(['a.bin']);
  });
});

describe('The bytes on the wire', () => {
  it('are each sent once, except for the ends that are sent again', async () => {
    const { server, ...place } = await startEmbedded();
    const fixture = new LongUploadFixture(stage, { ...place });
    const delivery = await fixture.put('a.bin', content);

    await fixture.push(delivery, { lostAt: 10 * mebibyte }).catch(() => undefined);
    const ends = await fixture.pushToEnd(delivery, each);

    const received = server.transfers.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(ends.length).toBeGreaterThan(1);
    expect(received - content.length).toBeLessThan(3 * mebibyte);
  });
});

describe('A server that refuses REST', () => {
  it('gets APPE where the invocation before closed the file', async () => {
    const { server, ...place } = await startEmbedded({ restart: false });
    const fixture = new LongUploadFixture(stage, place);
    const delivery = await fixture.put('a.bin', content);

    const ends = await fixture.pushToEnd(delivery, each);

    expect(uploadsTo(server)).toEqual(['STOR', ...Array(ends.length - 1).fill('APPE')]);
    expect(server.log.filter(({ command }) => command === 'REST')).toHaveLength(1);
    expect(fixture.read('a.bin').equals(content)).toBe(true);
  });

  it('never gets APPE after a lost invocation', async () => {
    const { server, ...place } = await startEmbedded({ restart: false });
    const fixture = new LongUploadFixture(stage, place);
    const delivery = await fixture.put('a.bin', content);
    await fixture.push(delivery, each);
    await fixture.push(delivery, { lostAt: 20 * mebibyte }).catch(() => undefined);

    await fixture.push(delivery);

    expect(uploadsTo(server)).toEqual(['STOR', 'APPE', 'STOR']);
    expect(fixture.read('a.bin').equals(content)).toBe(true);
  });
});

const goingNowhere: readonly Started[] = [
  ...(proftpd === undefined
    ? []
    : [{ name: 'ProFTPD without AllowStoreRestart', start: () => startReal(proftpd, off) }]),
  { name: 'the embedded server that plays it', start: () => startEmbedded({ storeRestart: 'refused' }) },
];

describe.each(goingNowhere)('A server that cannot resume: $name', ({ start }) => {
  it('gets an object in one invocation, if that is long enough', async () => {
    const fixture = new LongUploadFixture(stage, await start());
    const delivery = await fixture.put('a.bin', content);

    const ends = [await fixture.push(delivery, each), await fixture.push(delivery)];

    expect(ends).toEqual(['unfinished', 'delivered']);
    expect(fixture.read('a.bin').equals(content)).toBe(true);
  });

  it('is named in the refusal, if it is not', async () => {
    const fixture = new LongUploadFixture(stage, await start());
    const delivery = await fixture.put('a.bin', content);

    const ends = await fixture.pushToEnd(delivery, each);

    const { lastError } = await fixture.record('a.bin');
    expect(ends).toEqual(['unfinished', 'refused']);
    expect(lastError?.error).toBe('not-supported');
    expect(lastError?.message).toMatch(/neither REST before STOR nor APPE.*AllowStoreRestart/);
    expect(fixture.names()).toEqual([]);
  });
});

describe('A server that accepts REST and truncates the file', () => {
  it('is detected by SIZE after a few megabytes, and gets the object nevertheless', async () => {
    const { server, ...place } = await startEmbedded({ storeRestart: 'ignored' });
    const fixture = new LongUploadFixture(stage, place);
    const delivery = await fixture.put('a.bin', content);

    const ends = await fixture.pushToEnd(delivery, each);

    const [, proof] = server.transfers;
    expect(proof).toMatchObject({ command: 'STOR', bytes: 4 * mebibyte });
    expect(server.log.filter(({ command }) => command === 'REST')).toHaveLength(1);
    expect(ends.at(-1)).toBe('delivered');
    expect(fixture.read('a.bin').equals(content)).toBe(true);
  });
});

describe('A partial staging file', () => {
  /** A fixture in which an invocation has left a part of an object. */
  async function begun(settings: Readonly<Record<string, unknown>> = {}, features = {}) {
    const place = await startEmbedded(features);
    const fixture = new LongUploadFixture(stage, place, settings);
    const delivery = await fixture.put('a.bin', content);
    expect(await fixture.push(delivery, each)).toBe('unfinished');
    const [staging = ''] = fixture.names();
    return { fixture, delivery, staging: join(place.root, 'in', staging) };
  }

  it('is not resumed if it is longer than the object', async () => {
    const { fixture, delivery, staging } = await begun();
    writeFileSync(staging, Buffer.alloc(content.length + 1));

    const end = await fixture.push(delivery);

    expect(end).toBe('delivered');
    expect(fixture.read('a.bin').equals(content)).toBe(true);
  });

  it('is deleted before a newer version is uploaded', async () => {
    const { fixture, delivery, staging } = await begun();
    const newer = await fixture.put('a.bin', distinctBytes(40 * mebibyte));

    const old = await fixture.push(delivery);
    const next = await fixture.push(newer, each);

    expect([old, next]).toEqual(['superseded', 'unfinished']);
    expect(existsSync(staging)).toBe(false);
    expect((await fixture.pushToEnd(newer, each)).at(-1)).toBe('delivered');
    expect(fixture.names()).toEqual(['a.bin']);
  });

  it('is deleted after the object was deleted', async () => {
    const { fixture, delivery } = await begun();
    await fixture.delete('a.bin');

    const end = await fixture.push(delivery);

    expect(end).toBe('object-deleted');
    expect(fixture.names()).toEqual([]);
    expect((await fixture.record('a.bin')).upload).toBeUndefined();
  });

  it("is compared with the server's hash, for which the bytes sent before are read again", async () => {
    const { fixture, delivery } = await begun({}, { hashes: ['XSHA256'] });

    await fixture.push(delivery);

    const { delivered } = await fixture.record('a.bin');
    expect(delivered).toMatchObject({
      verification: 'size+hash',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('is not renamed if that hash differs', async () => {
    const { fixture, delivery, staging } = await begun({}, { hashes: ['XSHA256'] });
    const spoilt = Buffer.from(content.subarray(0, 8 * mebibyte));
    spoilt[5] = (spoilt[5] ?? 0) + 1;
    writeFileSync(staging, spoilt);

    const error = await fixture.push(delivery).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ message: expect.stringContaining('sha256') });
    expect(fixture.names()).not.toContain('a.bin');
  });

  it('gets a checksum file with the hash of the whole object', async () => {
    const { fixture, delivery } = await begun({ checksumFile: 'sha256' });

    await fixture.push(delivery);

    const { delivered } = await fixture.record('a.bin');
    expect(fixture.read('a.bin.sha256').toString()).toBe(`${delivered?.sha256}  a.bin\n`);
  });

  it('waits for the next invocation if too little time is left for that hash', async () => {
    const { fixture, delivery } = await begun({ checksumFile: 'sha256' });
    // The upload ends with a few tenths of a second left, and the hash takes one second.
    const short = { totalMs: 3_000, bytes: 40 * mebibyte };

    const ends = [await fixture.push(delivery, short), await fixture.push(delivery)];

    expect(ends).toEqual(['unfinished', 'delivered']);
    expect(fixture.read('a.bin.sha256').toString()).toBe(`${sha256(content)}  a.bin\n`);
    expect(fixture.read('a.bin').equals(content)).toBe(true);
  });

  it('is verified by its size alone if no hash is needed', async () => {
    const { fixture, delivery } = await begun();

    await fixture.push(delivery);

    const { delivered } = await fixture.record('a.bin');
    expect(delivered).toMatchObject({ verification: 'size', sha256: undefined });
  });
});

describe('An object whose uploading functions are lost one after another', () => {
  /** A fixture in which nine of them made no progress. */
  async function afterNine(received: number) {
    const fixture = new LongUploadFixture(stage, await startEmbedded());
    const delivery = await fixture.put('a.bin', Buffer.from('small'));
    const { versionId } = delivery;
    const ways = { staging: undefined, closedBytes: undefined, restart: undefined, append: undefined };
    const name = { flowName: fixture.flow.name, relativePath: parseRelativePath('a.bin') };
    await recordUpload(stage.table(), name, { versionId, reachedBytes: 0, stalledInvocations: 9, ...ways });
    const error = await fixture.push(delivery, { received }).catch((reason: unknown) => reason);
    return { fixture, delivery, error };
  }

  it('goes to the dead-letter queue with the tenth that makes no progress', async () => {
    const { fixture, error } = await afterNine(100);

    expect(afterFailure(100, error)).toMatchObject({ kind: 'dead-letter' });
    expect((await fixture.record('a.bin')).lastError?.error).toBe('upload-stuck');
  });

  it('is tried again after a redrive', async () => {
    const { fixture, delivery } = await afterNine(100);

    const end = await fixture.push(delivery);

    expect(end).toBe('delivered');
  });
});

it.each([
  [20, undefined],
  [21, 0],
])(
  'A small object whose message was received %i times is counted while it is uploaded: %s',
  async (received, idle) => {
    const place = await startEmbedded();
    const fixture = new LongUploadFixture(stage, place);
    const delivery = await fixture.put('a.bin', Buffer.from('small'));
    place.server.fault({ on: 'STOR', do: { kind: 'reply', code: 451, text: 'Later.' } });

    await fixture.push(delivery, { received }).catch(() => undefined);

    expect((await fixture.record('a.bin')).upload?.stalledInvocations).toBe(idle);
  },
);
