import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAt } from '../../../lambdas/ftps/look-at.ts';
import { GoingOnRefused, upload } from '../../../lambdas/ftps/upload.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { availableServers } from '../../support/real-servers/available-servers.ts';
import { startEmbedded } from './embedded-partner.ts';
import { startReal } from './real-partner.ts';
import { inChunks } from './sources.ts';
import { distinctBytes, openTo, type TestPartner } from './test-partner.ts';

interface GoingOn {
  readonly name: string;
  readonly start: () => Promise<TestPartner>;
  /** What becomes of what is there behind a piece. */
  readonly behind: 'kept' | 'cut';
  /** What a piece does whose offset lies beyond the end. */
  readonly beyond: 'leaves a hole' | 'is refused' | 'is appended';
}

const natures = {
  vsftpd: { behind: 'kept', beyond: 'leaves a hole' },
  proftpd: { behind: 'kept', beyond: 'is refused' },
  'pure-ftpd': { behind: 'cut', beyond: 'is appended' },
} as const;

const { ready, absent } = await availableServers();
for (const { name, reason } of absent) {
  process.stdout.write(`Skipped: going on with uploads at ${name}: ${reason}.\n`);
  it.skip(`uploads are gone on with at ${name} where it is present (${reason})`);
}

const servers: readonly GoingOn[] = [
  ...ready.map((program) => ({
    name: program.name,
    start: () => startReal(program, { security: 'explicit' }),
    ...natures[program.name],
  })),
  { name: 'the embedded server', start: () => startEmbedded(), behind: 'cut', beyond: 'is appended' },
];

const content = distinctBytes(300_000);
const path = parseRemotePath('/in/growing');

describe.each(servers)('$name', ({ start, behind, beyond }) => {
  let partner: TestPartner;

  beforeAll(async () => {
    partner = await start();
    await partner.putDirectory('/in');
  });
  afterAll(() => partner[Symbol.asyncDispose]());

  /** Puts what is there, and sends a part of the content behind an offset. */
  async function sendAt(offset: number, there: Buffer, end = content.length) {
    await partner.putFile(path, there);
    await using session = await openTo(partner);
    const part = content.subarray(offset, end);
    await upload(session, path, inChunks(part), { mode: 'store', offset, expectedBytes: part.length });
    return { sighting: await lookAt(session, path), bytes: await partner.readFile(path) };
  }

  it('goes on behind REST at the end of what is there', async () => {
    const { sighting, bytes } = await sendAt(100_001, content.subarray(0, 100_001));

    expect(sighting?.sizeBytes).toBe(content.length);
    expect(bytes.equals(content)).toBe(true);
  });

  it('goes on behind REST amid what is there, which it overwrites', async () => {
    const { bytes } = await sendAt(100_001, Buffer.concat([content.subarray(0, 150_000)]));

    expect(bytes.equals(content)).toBe(true);
  });

  it(`has what is there behind a piece ${behind}`, async () => {
    const { bytes } = await sendAt(100_001, content, 110_000);

    const expected = behind === 'kept' ? content : content.subarray(0, 110_000);
    expect(bytes.equals(expected)).toBe(true);
  });

  it(`${beyond} where a piece lies beyond the end of what is there`, async () => {
    const sent = await sendAt(100_001, content.subarray(0, 50_000)).catch((error: unknown) => error);

    if (beyond === 'is refused') expect(sent).toBeInstanceOf(GoingOnRefused);
    else {
      const sizeBytes = beyond === 'leaves a hole' ? content.length : 50_000 + 199_999;
      expect(sent).toMatchObject({ sighting: { sizeBytes } });
    }
  });

  it('makes a file new behind a REST that went before', async () => {
    await partner.putFile(path, content);
    await using session = await openTo(partner);
    const options = { mode: 'store', expectedBytes: 5 } as const;
    await upload(session, path, inChunks(content.subarray(9, 14)), { ...options, offset: 9 });

    await upload(session, path, inChunks(content.subarray(0, 5)), options);

    expect((await partner.readFile(path)).equals(content.subarray(0, 5))).toBe(true);
  });

  it('has a file of just what was sent where it is ended before its time, and goes on', async () => {
    await using session = await openTo(partner);
    let isOver = false;
    const options = { mode: 'store', expectedBytes: content.length } as const;

    const first = await upload(session, path, inChunks(content, 10_000), {
      ...options,
      mayEnd: () => isOver,
      onBytes: () => {
        isOver = true;
      },
    });
    const half = await partner.readFile(path);
    const rest = content.subarray(first.bytes);
    await upload(session, path, inChunks(rest), {
      ...options,
      offset: first.bytes,
      expectedBytes: rest.length,
    });

    expect(first.bytes).toBeLessThan(content.length);
    expect(half.equals(content.subarray(0, first.bytes))).toBe(true);
    expect((await partner.readFile(path)).equals(content)).toBe(true);
  });

  it('goes on with an upload whose client was lost', async () => {
    const large = distinctBytes(8_000_000);
    await using first = await openTo(partner);
    const options = { mode: 'store', expectedBytes: large.length } as const;
    let sent = 0;
    const onBytes = (count: number) => {
      sent += count;
      if (sent > 4_000_000) first.control.socket.destroy();
    };
    const lost = await upload(first, path, inChunks(large), { ...options, onBytes }).catch(
      (error: unknown) => error,
    );
    await using session = await openTo(partner);
    const offset = (await lookAt(session, path))?.sizeBytes ?? 0;
    const rest = large.subarray(offset);

    await upload(session, path, inChunks(rest), { ...options, offset, expectedBytes: rest.length });

    expect(lost).toMatchObject({ kind: 'connection-lost' });
    expect((await partner.readFile(path)).equals(large)).toBe(true);
  });
});

describe('a server that goes on with no file', () => {
  const proftpd = ready.find(({ name }) => name === 'proftpd');
  const off = ['<Directory />', 'AllowStoreRestart off', '</Directory>'];

  const programs: readonly (readonly [string, () => Promise<TestPartner>])[] = [
    ...(proftpd === undefined
      ? []
      : [
          [
            'ProFTPD without AllowStoreRestart',
            () => startReal(proftpd, { security: 'explicit', settings: off }),
          ] as const,
        ]),
    ['the embedded server that plays it', () => startEmbedded({ features: { storeRestart: 'refused' } })],
  ];

  it.each(programs)('is told by its refusals, after which the session lives: %s', async (_, start) => {
    await using partner = await start();
    await partner.putDirectory('/in');
    await partner.putFile(path, 'there');
    await using session = await openTo(partner);
    const send = (options: { mode: 'store' | 'append'; offset?: number }) =>
      upload(session, path, inChunks(Buffer.from('more')), { ...options, expectedBytes: 4 }).catch(
        (error: unknown) => error,
      );

    const behindRest = await send({ mode: 'store', offset: 5 });
    const appended = await send({ mode: 'append' });
    const untouched = (await partner.readFile(path)).toString();
    const anew = await send({ mode: 'store' });

    expect([behindRest, appended]).toEqual([expect.any(GoingOnRefused), expect.any(GoingOnRefused)]);
    expect(untouched).toBe('there');
    expect(anew).toEqual({ bytes: 4 });
  });

  it('is told by its refusal of REST itself', async () => {
    await using partner = await startEmbedded({ features: { restart: false } });
    await partner.putFile('/in/growing', 'there');
    await using session = await openTo(partner);
    const options = { mode: 'store', offset: 5, expectedBytes: 4 } as const;

    const refused = await upload(session, path, inChunks(Buffer.from('more')), options).catch(
      (error: unknown) => error,
    );

    expect(refused).toMatchObject({ name: 'FtpsError', kind: 'not-supported', replyCode: 502 });
    expect(session.lost).toBe(false);
  });
});

it('A full disk is no refusal to go on: nothing there is given up for it', async () => {
  await using partner = await startEmbedded();
  await partner.putFile('/in/growing', 'there');
  partner.server.fault({ on: 'STOR', do: { kind: 'reply', code: 552, text: 'No space.' } });
  await using session = await openTo(partner);
  const options = { mode: 'store', offset: 5, expectedBytes: 4 } as const;

  const error = await upload(session, path, inChunks(Buffer.from('more')), options).catch(
    (reason: unknown) => reason,
  );

  expect(error).not.toBeInstanceOf(GoingOnRefused);
  expect(error).toMatchObject({ kind: 'no-space' });
});
