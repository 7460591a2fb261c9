import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { statFile } from '../../../../lambdas/ftps/listing/stat-file.ts';
import { ResumeRefusedError, upload } from '../../../../lambdas/ftps/transfer/upload.ts';
import { availableServers } from '../../../support/real-servers/available-servers.ts';
import { startEmbedded } from '../servers/embedded-partner.ts';
import { startReal } from '../servers/real-partner.ts';
import { distinctBytes, openTo, type TestPartner } from '../test-partner.ts';
import { inChunks } from './sources.ts';

interface Resume {
  readonly name: string;
  readonly start: () => Promise<TestPartner>;
  /** What happens to existing bytes after the uploaded ones. */
  readonly behind: 'keeps' | 'cuts';
  /** What happens to an upload whose offset is beyond the end. */
  readonly beyond: 'leaves a hole' | 'is refused' | 'is appended';
}

const behaviours = {
  vsftpd: { behind: 'keeps', beyond: 'leaves a hole' },
  proftpd: { behind: 'keeps', beyond: 'is refused' },
  'pure-ftpd': { behind: 'cuts', beyond: 'is appended' },
} as const;

const { ready, absent } = await availableServers();
for (const { name, reason } of absent) {
  process.stdout.write(`Skipped: resuming uploads at ${name}: ${reason}.\n`);
  it.skip(`uploads resume at ${name} (skipped: ${reason})`);
}

const servers: readonly Resume[] = [
  ...ready.map((program) => ({
    name: program.name,
    start: () => startReal(program, { security: 'explicit' }),
    ...behaviours[program.name],
  })),
  { name: 'the embedded server', start: () => startEmbedded(), behind: 'cuts', beyond: 'is appended' },
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

  /** Puts the existing bytes, and uploads a part of the content at an offset. */
  async function sendAt(offset: number, there: Buffer, end = content.length) {
    await partner.putFile(path, there);
    await using session = await openTo(partner);
    const part = content.subarray(offset, end);
    await upload(session, path, inChunks(part), { mode: 'store', offset, expectedBytes: part.length });
    return { observation: await statFile(session, path), bytes: await partner.readFile(path) };
  }

  it('resumes with REST at the end of the file', async () => {
    const { observation, bytes } = await sendAt(100_001, content.subarray(0, 100_001));

    expect(observation?.sizeBytes).toBe(content.length);
    expect(bytes.equals(content)).toBe(true);
  });

  it('resumes with REST in the middle of the file, and overwrites the rest', async () => {
    const { bytes } = await sendAt(100_001, Buffer.concat([content.subarray(0, 150_000)]));

    expect(bytes.equals(content)).toBe(true);
  });

  it(`${behind} existing bytes after the uploaded ones`, async () => {
    const { bytes } = await sendAt(100_001, content, 110_000);

    const expected = behind === 'keeps' ? content : content.subarray(0, 110_000);
    expect(bytes.equals(expected)).toBe(true);
  });

  it(`${beyond} where the offset is beyond the end of the file`, async () => {
    const sent = await sendAt(100_001, content.subarray(0, 50_000)).catch((error: unknown) => error);

    if (beyond === 'is refused') expect(sent).toBeInstanceOf(ResumeRefusedError);
    else {
      const sizeBytes = beyond === 'leaves a hole' ? content.length : 50_000 + 199_999;
      expect(sent).toMatchObject({ observation: { sizeBytes } });
    }
  });

  it('writes a new file after an earlier REST', async () => {
    await partner.putFile(path, content);
    await using session = await openTo(partner);
    const options = { mode: 'store', expectedBytes: 5 } as const;
    await upload(session, path, inChunks(content.subarray(9, 14)), { ...options, offset: 9 });

    await upload(session, path, inChunks(content.subarray(0, 5)), options);

    expect((await partner.readFile(path)).equals(content.subarray(0, 5))).toBe(true);
  });

  it('has exactly the bytes sent where mayEnd ends the file early, and resumes', async () => {
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

  it('resumes an upload whose client was lost', async () => {
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
    const offset = (await statFile(session, path))?.sizeBytes ?? 0;
    const rest = large.subarray(offset);

    await upload(session, path, inChunks(rest), { ...options, offset, expectedBytes: rest.length });

    expect(lost).toMatchObject({ kind: 'connection-lost' });
    expect((await partner.readFile(path)).equals(large)).toBe(true);
  });
});

describe('a server that cannot resume', () => {
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

  it.each(programs)(
    'is recognized by its refusals, after which the session stays usable: %s',
    async (_, start) => {
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
      const second = await send({ mode: 'store' });

      expect([behindRest, appended]).toEqual([
        expect.any(ResumeRefusedError),
        expect.any(ResumeRefusedError),
      ]);
      expect(untouched).toBe('there');
      expect(second).toEqual({ bytes: 4 });
    },
  );

  it('is recognized by its refusal of REST', async () => {
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

it('A full disk is not a refusal to resume', async () => {
  await using partner = await startEmbedded();
  await partner.putFile('/in/growing', 'there');
  partner.server.fault({ on: 'STOR', do: { kind: 'reply', code: 552, text: 'No space.' } });
  await using session = await openTo(partner);
  const options = { mode: 'store', offset: 5, expectedBytes: 4 } as const;

  const error = await upload(session, path, inChunks(Buffer.from('more')), options).catch(
    (reason: unknown) => reason,
  );

  expect(error).not.toBeInstanceOf(ResumeRefusedError);
  expect(error).toMatchObject({ kind: 'no-space' });
});
