import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childPath, parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { FtpsError } from '../../../../lambdas/ftps/ftps-error.ts';
import { statFile } from '../../../../lambdas/ftps/listing/stat-file.ts';
import { makeDirectories } from '../../../../lambdas/ftps/session/commands.ts';
import { Pool } from '../../../../lambdas/ftps/session/pool.ts';
import { RenameUncertainError, rename } from '../../../../lambdas/ftps/session/rename.ts';
import type { Session } from '../../../../lambdas/ftps/session/session.ts';
import { ResumeRefusedError, type UploadOptions, upload } from '../../../../lambdas/ftps/transfer/upload.ts';
import { distinctBytes, openTo, type StartPartner, type TestPartner } from '../test-partner.ts';
import { failingAfter, inChunks } from '../transfer/sources.ts';
import { awkwardNames } from './awkward-names.ts';
import type { ServerBehaviour } from './ftps-contract.ts';

const path = parseRemotePath;

export interface UploadBehaviour extends Pick<ServerBehaviour, 'missingDirectory' | 'lacks'> {
  /** Whether a name may end in spaces. */
  readonly lastSpaces: 'kept' | 'replaced';
}

/** What must work for uploads to every FTPS server. */
export function uploadContract(name: string, start: StartPartner, behaviour: UploadBehaviour): void {
  const keptNames = awkwardNames.filter((each) => behaviour.lastSpaces === 'kept' || !each.endsWith(' '));

  describe(name, () => {
    const { lacks = [] } = behaviour;
    let partner: TestPartner;

    beforeAll(async () => {
      partner = await start({});
      await partner.putDirectory('/in');
      await partner.putDirectory('/odd');
      await partner.putDirectory('/read only', 'read-only');
      await partner.putDirectory('/in/directory');
    });

    afterAll(async () => {
      await partner?.[Symbol.asyncDispose]();
    });

    it.each([0, 1, 16 * 1024 + 1, 5_000_000])('stores %i bytes unchanged', async (size) => {
      await using session = await openTo(partner);
      const content = distinctBytes(size);

      const uploaded = await put(session, `/in/${size}`, content);

      expect(uploaded).toEqual({ bytes: size });
      expect((await partner.readFile(`/in/${size}`)).equals(content)).toBe(true);
    });

    it('stores empty files one after another on one session', async () => {
      await using session = await openTo(partner);

      for (let number = 0; number < 20; number++) await put(session, `/in/empty ${number}`, Buffer.alloc(0));

      for (let number = 0; number < 20; number++) {
        expect(await partner.readFile(`/in/empty ${number}`)).toEqual(Buffer.alloc(0));
      }
    });

    it.each([
      ['one byte at a time', 1, 300],
      ['in one piece larger than any buffer', 5_000_000, 5_000_000],
    ])('takes what the source gives %s', async (_how, chunkBytes, size) => {
      await using session = await openTo(partner);
      const content = distinctBytes(size);

      await upload(session, path('/in/pieces'), inChunks(content, chunkBytes), {
        mode: 'store',
        expectedBytes: size,
      });

      expect((await partner.readFile('/in/pieces')).equals(content)).toBe(true);
    });

    it('replaces a longer file completely', async () => {
      await using session = await openTo(partner);
      await put(session, '/in/shrinking', distinctBytes(100_000));

      await put(session, '/in/shrinking', Buffer.from('short'));

      expect((await partner.readFile('/in/shrinking')).toString()).toBe('short');
    });

    if (lacks.includes('append')) {
      it('says that it cannot append, and keeps the file and the session', async () => {
        await using session = await openTo(partner);
        await put(session, '/in/growing', Buffer.from('before'));

        await expect(
          put(session, '/in/growing', Buffer.from(' after'), { mode: 'append' }),
        ).rejects.toBeInstanceOf(ResumeRefusedError);

        expect((await partner.readFile('/in/growing')).toString()).toBe('before');
        expect(session.lost).toBe(false);
      });
    } else {
      it('appends the rest of a file', async () => {
        await using session = await openTo(partner);
        const content = distinctBytes(300_000);
        await put(session, '/in/growing', content.subarray(0, 100_001));

        const uploaded = await put(session, '/in/growing', content.subarray(100_001), { mode: 'append' });

        expect(uploaded).toEqual({ bytes: 199_999 });
        expect((await partner.readFile('/in/growing')).equals(content)).toBe(true);
      });

      it('creates a missing file with an append', async () => {
        await using session = await openTo(partner);

        await put(session, '/in/appended', Buffer.from('all of it'), { mode: 'append' });

        expect((await partner.readFile('/in/appended')).toString()).toBe('all of it');
      });
    }

    it('renames into place', async () => {
      await using session = await openTo(partner);
      await put(session, '/in/.staged', Buffer.from('new'));

      await rename(session, path('/in/.staged'), path('/in/placed'));

      expect((await partner.readFile('/in/placed')).toString()).toBe('new');
      expect(await statFile(session, path('/in/.staged'))).toBeUndefined();
    });

    it('renames over an existing file', async () => {
      await using session = await openTo(partner);
      await put(session, '/in/target', Buffer.from('the old one, longer'));
      await put(session, '/in/.staged', Buffer.from('new'));

      await rename(session, path('/in/.staged'), path('/in/target'));

      expect((await partner.readFile('/in/target')).toString()).toBe('new');
    });

    it('refuses to rename a file over a directory, and leaves both', async () => {
      await using session = await openTo(partner);
      await put(session, '/in/.staged', Buffer.from('new'));

      const error = await rename(session, path('/in/.staged'), path('/in/directory')).catch(
        (reason: unknown) => reason,
      );

      expect(error).toBeInstanceOf(FtpsError);
      expect(error).not.toBeInstanceOf(RenameUncertainError);
      // Pure-FTPd answers 451, `Rename/move failure: Is a directory`.
      expect(error).toMatchObject({ replyCode: expect.toBeOneOf([550, 553, 451]) });
      expect((await partner.readFile('/in/.staged')).toString()).toBe('new');
    });

    it('writes under every awkward name', async () => {
      await using session = await openTo(partner);

      for (const each of keptNames) await put(session, childPath(path('/odd'), each), Buffer.from(each));

      const written = await Promise.all(keptNames.map((each) => partner.readFile(`/odd/${each}`)));
      expect(written.map(String)).toEqual(keptNames);
    });

    it('renames to every awkward name', async () => {
      await using session = await openTo(partner);

      for (const each of keptNames) {
        await put(session, '/odd/.staged', Buffer.from(`${each}, renamed`));
        await rename(session, path('/odd/.staged'), childPath(path('/odd'), each));
      }

      const written = await Promise.all(keptNames.map((each) => partner.readFile(`/odd/${each}`)));
      expect(written.map(String)).toEqual(keptNames.map((each) => `${each}, renamed`));
    });

    if (behaviour.lastSpaces === 'replaced') {
      it('says so where a file gets another name than asked', async () => {
        await using session = await openTo(partner);
        await put(session, '/odd/.staged', Buffer.from('x'));

        await expect(
          rename(session, path('/odd/.staged'), path('/odd/trailing space ')),
        ).rejects.toMatchObject({ kind: 'name-refused', replyCode: 250 });

        expect(session.lost).toBe(false);
      });
    }

    it('creates one directory where two sessions create it at the same time', async () => {
      await using first = await openTo(partner);
      await using second = await openTo(partner);

      for (let round = 0; round < 5; round++) {
        const wanted = path(`/in/raced ${round}/a/b`);
        await Promise.all([makeDirectories(first, wanted), makeDirectories(second, wanted)]);
        await put(second, `${wanted}/file`, Buffer.from('there'));
      }

      expect((await partner.readFile('/in/raced 4/a/b/file')).toString()).toBe('there');
    });

    it('refuses to write into a read-only directory, and then writes elsewhere', async () => {
      await using session = await openTo(partner);

      await expect(put(session, '/read only/file', Buffer.from('x'))).rejects.toMatchObject({
        kind: expect.toBeOneOf(['denied', 'name-refused']),
        replyCode: expect.toBeOneOf([550, 553]),
        path: '/read only/file',
      });
      await put(session, '/in/after a refusal', Buffer.from('x'));

      await expect(partner.readFile('/read only/file')).rejects.toThrow();
      expect((await partner.readFile('/in/after a refusal')).toString()).toBe('x');
    });

    it('refuses to create a directory in a read-only one', async () => {
      await using session = await openTo(partner);

      await expect(makeDirectories(session, path('/read only/a/b'))).rejects.toMatchObject({
        name: 'FtpsError',
        replyCode: expect.toBeOneOf([550, 553]),
      });

      expect(session.lost).toBe(false);
    });

    it(`reports the missing directory of a file as ${behaviour.missingDirectory}, and the session stays usable`, async () => {
      await using session = await openTo(partner);

      await expect(put(session, '/nowhere/file', Buffer.from('x'))).rejects.toMatchObject({
        kind: behaviour.missingDirectory,
        replyCode: expect.toBeOneOf([550, 553]),
      });

      expect(session.lost).toBe(false);
    });

    it('refuses to write a file in place of a directory', async () => {
      await using session = await openTo(partner);

      await expect(put(session, '/in/directory', Buffer.from('x'))).rejects.toMatchObject({
        name: 'FtpsError',
        replyCode: expect.toBeOneOf([550, 553]),
      });

      expect(session.lost).toBe(false);
    });

    it('finds the size and the time of what was written', async () => {
      await using session = await openTo(partner);
      await put(session, '/in/stat', Buffer.from('12345'));

      const observation = await statFile(session, path('/in/stat'));

      const isExact = !lacks.includes('size') && !lacks.includes('mdtm');
      expect(observation).toMatchObject({
        sizeBytes: 5,
        ...(isExact ? { modified: { precision: 'second' } } : {}),
      });
    });

    it.each(['/in/not there', '/nowhere/at all', '/in/directory'])('finds no file at %s', async (missing) => {
      await using session = await openTo(partner);

      const observation = await statFile(session, path(missing));

      expect(observation).toBeUndefined();
    });

    it('ends the session where the source fails, and the next session overwrites the partial file', async () => {
      const content = distinctBytes(2_000_000);
      const cause = new Error('the object is gone');
      await using first = await openTo(partner);
      const source = failingAfter(content.subarray(0, 1_000_000), cause);
      const options = { mode: 'store', expectedBytes: content.length } as const;

      const error = await upload(first, path('/in/cut'), source, options).catch((reason: unknown) => reason);
      await using second = await openTo(partner);
      await put(second, '/in/cut', content);

      expect(error).toMatchObject({ name: 'SourceError', cause });
      expect(first.lost).toBe(true);
      expect((await partner.readFile('/in/cut')).equals(content)).toBe(true);
    });

    it('writes 40 files with four sessions at once', async () => {
      await using pool = new Pool(() => openTo(partner), { maxSessions: 4, rampMs: 10 });
      const numbers = Array.from({ length: 40 }, (_, index) => index);
      const contentOf = (number: number) => distinctBytes(number * 1_009);

      await Promise.all(
        numbers.map((number) => pool.use((session) => put(session, `/in/many ${number}`, contentOf(number)))),
      );

      const written = await Promise.all(numbers.map((number) => partner.readFile(`/in/many ${number}`)));
      expect(written.every((bytes, number) => bytes.equals(contentOf(number)))).toBe(true);
    });
  });
}

function put(
  session: Session,
  target: string,
  content: Buffer,
  options: Partial<UploadOptions> = {},
): ReturnType<typeof upload> {
  return upload(session, path(target), inChunks(content), {
    mode: 'store',
    expectedBytes: content.length,
    ...options,
  });
}
