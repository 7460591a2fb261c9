import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordUpload } from '../../../lambdas/ledger/delivery-entries.ts';
import { afterFailure } from '../../../lambdas/push/push-fault.ts';
import type { FtpsServer } from '../../support/ftps-server/server.ts';
import { availableServers } from '../../support/real-servers/available-servers.ts';
import { distinctBytes, sha256 } from '../ftps/test-partner.ts';
import { usePushStage } from './push-stage.ts';
import { SpreadScene, type SpreadServer } from './spread-scene.ts';
import { startEmbedded, startReal } from './spread-servers.ts';

const stage = usePushStage();
const mebibyte = 1024 * 1024;

const { ready, absent } = await availableServers();
for (const { name, reason } of absent) {
  process.stdout.write(`Skipped: spreading an upload to ${name}: ${reason}.\n`);
  it.skip(`an upload to ${name} is spread where it is present (${reason})`);
}

/** Beyond what is on its way between a worker and a server's disk. */
const content = distinctBytes(48 * mebibyte + 12_345);
const each = { bytes: 12 * mebibyte };

const proftpd = ready.find(({ name }) => name === 'proftpd');
const off = ['<Directory />', 'AllowStoreRestart off', '</Directory>'];

/** The commands that have sent a file, or a part of one, in their order. */
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

describe.each(goingOn)('An object too big for one invocation, on its way to $name', ({ start }) => {
  it('arrives by several of them, none of which counts as a try', async () => {
    const scene = new SpreadScene(stage, await start());
    const delivery = await scene.put('a.bin', content);

    const ends = await scene.pushToEnd(delivery, each);

    const { delivered, failure, upload } = await scene.record('a.bin');
    expect(ends.length).toBeGreaterThan(2);
    expect(ends).toEqual([...Array(ends.length - 1).fill('more'), 'delivered']);
    expect(scene.read('a.bin').equals(content)).toBe(true);
    expect(scene.names()).toEqual(['a.bin']);
    expect(delivered).toMatchObject({ sizeBytes: content.length });
    expect([failure, upload]).toEqual([undefined, undefined]);
  });

  it('arrives though invocations are lost amid it, and trying begins anew with each that came further', async () => {
    const scene = new SpreadScene(stage, await start());
    const delivery = await scene.put('a.bin', content);
    const tries: unknown[] = [];
    // A server may take much at once.
    while (scene.stagedBytes() < content.length - 16 * mebibyte) {
      const lostAt = scene.stagedBytes() + 8 * mebibyte;
      const error = await scene.push(delivery, { lostAt }).catch((reason: unknown) => reason);
      tries.push(error instanceof Error && 'tries' in error ? error.tries : error);
    }

    const end = await scene.push(delivery);

    expect(tries).toEqual(Array(tries.length).fill(1));
    expect(end).toBe('delivered');
    expect(scene.read('a.bin').equals(content)).toBe(true);
    expect(scene.names()).toEqual(['a.bin']);
  });
});

describe('What goes over the wire', () => {
  it('is each byte once, but for the ends that are sent again', async () => {
    const { server, ...place } = await startEmbedded();
    const scene = new SpreadScene(stage, { ...place });
    const delivery = await scene.put('a.bin', content);

    await scene.push(delivery, { lostAt: 10 * mebibyte }).catch(() => undefined);
    const ends = await scene.pushToEnd(delivery, each);

    const received = server.transfers.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(ends.length).toBeGreaterThan(1);
    expect(received - content.length).toBeLessThan(3 * mebibyte);
  });
});

describe('A server that refuses REST', () => {
  it('is appended to where the invocation before has ended the file itself', async () => {
    const { server, ...place } = await startEmbedded({ restart: false });
    const scene = new SpreadScene(stage, place);
    const delivery = await scene.put('a.bin', content);

    const ends = await scene.pushToEnd(delivery, each);

    expect(uploadsTo(server)).toEqual(['STOR', ...Array(ends.length - 1).fill('APPE')]);
    expect(server.log.filter(({ command }) => command === 'REST')).toHaveLength(1);
    expect(scene.read('a.bin').equals(content)).toBe(true);
  });

  it('is never appended to after an invocation that was lost', async () => {
    const { server, ...place } = await startEmbedded({ restart: false });
    const scene = new SpreadScene(stage, place);
    const delivery = await scene.put('a.bin', content);
    await scene.push(delivery, each);
    await scene.push(delivery, { lostAt: 20 * mebibyte }).catch(() => undefined);

    await scene.push(delivery);

    expect(uploadsTo(server)).toEqual(['STOR', 'APPE', 'STOR']);
    expect(scene.read('a.bin').equals(content)).toBe(true);
  });
});

const goingNowhere: readonly Started[] = [
  ...(proftpd === undefined
    ? []
    : [{ name: 'ProFTPD without AllowStoreRestart', start: () => startReal(proftpd, off) }]),
  { name: 'the embedded server that plays it', start: () => startEmbedded({ storeRestart: 'refused' }) },
];

describe.each(goingNowhere)('A server that goes on with no file: $name', ({ start }) => {
  it('gets an object in one piece where one invocation suffices', async () => {
    const scene = new SpreadScene(stage, await start());
    const delivery = await scene.put('a.bin', content);

    const ends = [await scene.push(delivery, each), await scene.push(delivery)];

    expect(ends).toEqual(['more', 'delivered']);
    expect(scene.read('a.bin').equals(content)).toBe(true);
  });

  it('is what the refusal says where it does not', async () => {
    const scene = new SpreadScene(stage, await start());
    const delivery = await scene.put('a.bin', content);

    const ends = await scene.pushToEnd(delivery, each);

    const { failure } = await scene.record('a.bin');
    expect(ends).toEqual(['more', 'refused']);
    expect(failure?.fault).toBe('not-supported');
    expect(failure?.message).toMatch(/neither REST before STOR nor APPE.*AllowStoreRestart/);
    expect(scene.names()).toEqual([]);
  });
});

describe('A server that agrees to REST and makes the file new', () => {
  it('is found out by SIZE after some megabytes, and gets the object all the same', async () => {
    const { server, ...place } = await startEmbedded({ storeRestart: 'ignored' });
    const scene = new SpreadScene(stage, place);
    const delivery = await scene.put('a.bin', content);

    const ends = await scene.pushToEnd(delivery, each);

    const [, proof] = server.transfers;
    expect(proof).toMatchObject({ command: 'STOR', bytes: 4 * mebibyte });
    expect(server.log.filter(({ command }) => command === 'REST')).toHaveLength(1);
    expect(ends.at(-1)).toBe('delivered');
    expect(scene.read('a.bin').equals(content)).toBe(true);
  });
});

describe('What is under the staging name', () => {
  /** A scene where an invocation has left a part of an object. */
  async function begun(settings: Readonly<Record<string, unknown>> = {}, features = {}) {
    const place = await startEmbedded(features);
    const scene = new SpreadScene(stage, place, settings);
    const delivery = await scene.put('a.bin', content);
    expect(await scene.push(delivery, each)).toBe('more');
    const [staging = ''] = scene.names();
    return { scene, delivery, staging: join(place.root, 'in', staging) };
  }

  it('is not gone on with where it is longer than the object', async () => {
    const { scene, delivery, staging } = await begun();
    writeFileSync(staging, Buffer.alloc(content.length + 1));

    const end = await scene.push(delivery);

    expect(end).toBe('delivered');
    expect(scene.read('a.bin').equals(content)).toBe(true);
  });

  it('is taken away with the version that it is of, before the newer one goes up', async () => {
    const { scene, delivery, staging } = await begun();
    const newer = await scene.put('a.bin', distinctBytes(40 * mebibyte));

    const old = await scene.push(delivery);
    const next = await scene.push(newer, each);

    expect([old, next]).toEqual(['superseded', 'more']);
    expect(existsSync(staging)).toBe(false);
    expect((await scene.pushToEnd(newer, each)).at(-1)).toBe('delivered');
    expect(scene.names()).toEqual(['a.bin']);
  });

  it('is taken away with the object', async () => {
    const { scene, delivery } = await begun();
    await scene.delete('a.bin');

    const end = await scene.push(delivery);

    expect(end).toBe('object-gone');
    expect(scene.names()).toEqual([]);
    expect((await scene.record('a.bin')).upload).toBeUndefined();
  });

  it("is compared with the server's hash, for which what was sent before is read again", async () => {
    const { scene, delivery } = await begun({}, { hashes: ['XSHA256'] });

    await scene.push(delivery);

    const { delivered } = await scene.record('a.bin');
    expect(delivered).toMatchObject({
      verification: 'size+hash',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('is not renamed where that hash is another', async () => {
    const { scene, delivery, staging } = await begun({}, { hashes: ['XSHA256'] });
    const spoilt = Buffer.from(content.subarray(0, 8 * mebibyte));
    spoilt[5] = (spoilt[5] ?? 0) + 1;
    writeFileSync(staging, spoilt);

    const error = await scene.push(delivery).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ message: expect.stringContaining('sha256') });
    expect(scene.names()).not.toContain('a.bin');
  });

  it('has its checksum file with the hash of all of it', async () => {
    const { scene, delivery } = await begun({ checksumFile: 'sha256' });

    await scene.push(delivery);

    const { delivered } = await scene.record('a.bin');
    expect(scene.read('a.bin.sha256').toString()).toBe(`${delivered?.sha256}  a.bin\n`);
  });

  it('waits for a fresh invocation where too little time is left for that hash', async () => {
    const { scene, delivery } = await begun({ checksumFile: 'sha256' });
    // The upload ends with some seconds' tenths left, and the hash takes one second.
    const short = { totalMs: 3_000, bytes: 40 * mebibyte };

    const ends = [await scene.push(delivery, short), await scene.push(delivery)];

    expect(ends).toEqual(['more', 'delivered']);
    expect(scene.read('a.bin.sha256').toString()).toBe(`${sha256(content)}  a.bin\n`);
    expect(scene.read('a.bin').equals(content)).toBe(true);
  });

  it('is known by its size alone where nobody asks for more', async () => {
    const { scene, delivery } = await begun();

    await scene.push(delivery);

    const { delivered } = await scene.record('a.bin');
    expect(delivered).toMatchObject({ verification: 'size', sha256: undefined });
  });
});

describe('An object amid whose upload one function after another is lost', () => {
  /** A scene where nine of them came no further than the one before. */
  async function afterNine(received: number) {
    const scene = new SpreadScene(stage, await startEmbedded());
    const delivery = await scene.put('a.bin', Buffer.from('small'));
    const { versionId } = delivery;
    const ways = { endedBytes: undefined, restart: undefined, append: undefined };
    const name = { flowName: scene.flow.name, relativePath: 'a.bin' };
    await recordUpload(stage.table(), name, { versionId, reachedBytes: 0, idle: 9, ...ways });
    const error = await scene.push(delivery, { received }).catch((reason: unknown) => reason);
    return { scene, delivery, error };
  }

  it('is given up with the tenth that comes no further', async () => {
    const { scene, error } = await afterNine(100);

    expect(afterFailure(100, error)).toMatchObject({ kind: 'give-up' });
    expect((await scene.record('a.bin')).failure?.fault).toBe('upload-stuck');
  });

  it('is tried again where somebody moves it back', async () => {
    const { scene, delivery } = await afterNine(100);

    const end = await scene.push(delivery);

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
    const scene = new SpreadScene(stage, place);
    const delivery = await scene.put('a.bin', Buffer.from('small'));
    place.server.fault({ on: 'STOR', do: { kind: 'reply', code: 451, text: 'Later.' } });

    await scene.push(delivery, { received }).catch(() => undefined);

    expect((await scene.record('a.bin')).upload?.idle).toBe(idle);
  },
);
