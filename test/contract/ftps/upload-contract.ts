import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDirectories, RenameInDoubt, rename } from '../../../lambdas/ftps/commands.ts';
import { FtpsError } from '../../../lambdas/ftps/ftps-error.ts';
import { lookAt } from '../../../lambdas/ftps/look-at.ts';
import { Pool } from '../../../lambdas/ftps/pool.ts';
import type { Session } from '../../../lambdas/ftps/session.ts';
import { type UploadOptions, upload } from '../../../lambdas/ftps/upload.ts';
import { childPath, parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import type { ServerNature } from './ftps-contract.ts';
import { namesThatHurt } from './names-that-hurt.ts';
import { failingAfter, inChunks } from './sources.ts';
import { distinctBytes, openTo, type StartPartner, type TestPartner } from './test-partner.ts';

const path = parseRemotePath;

export interface UploadNature extends Pick<ServerNature, 'missingDirectory'> {
  /** Whether a name may end in spaces. */
  readonly lastSpaces: 'kept' | 'replaced';
}

/** What every FTPS server must do with what we write, and our layer with it. */
export function uploadContract(name: string, start: StartPartner, nature: UploadNature): void {
  const keptNames = namesThatHurt.filter((each) => nature.lastSpaces === 'kept' || !each.endsWith(' '));

  describe(name, () => {
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

    it.each([0, 1, 16 * 1024 + 1, 5_000_000])('takes %i bytes unchanged', async (size) => {
      await using session = await openTo(partner);
      const content = distinctBytes(size);

      const uploaded = await put(session, `/in/${size}`, content);

      expect(uploaded).toEqual({ bytes: size });
      expect((await partner.readFile(`/in/${size}`)).equals(content)).toBe(true);
    });

    it('takes empty files one after another on one session', async () => {
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

    it('makes a file new, with nothing of a longer one left', async () => {
      await using session = await openTo(partner);
      await put(session, '/in/shrinking', distinctBytes(100_000));

      await put(session, '/in/shrinking', Buffer.from('short'));

      expect((await partner.readFile('/in/shrinking')).toString()).toBe('short');
    });

    it('appends the rest of a file to what is there', async () => {
      await using session = await openTo(partner);
      const content = distinctBytes(300_000);
      await put(session, '/in/growing', content.subarray(0, 100_001));

      const uploaded = await put(session, '/in/growing', content.subarray(100_001), { mode: 'append' });

      expect(uploaded).toEqual({ bytes: 199_999 });
      expect((await partner.readFile('/in/growing')).equals(content)).toBe(true);
    });

    it('appends to a file that is not there yet', async () => {
      await using session = await openTo(partner);

      await put(session, '/in/appended', Buffer.from('all of it'), { mode: 'append' });

      expect((await partner.readFile('/in/appended')).toString()).toBe('all of it');
    });

    it('renames into place', async () => {
      await using session = await openTo(partner);
      await put(session, '/in/.staged', Buffer.from('new'));

      await rename(session, path('/in/.staged'), path('/in/placed'));

      expect((await partner.readFile('/in/placed')).toString()).toBe('new');
      expect(await lookAt(session, path('/in/.staged'))).toBeUndefined();
    });

    it('renames over a file that is there', async () => {
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
      expect(error).not.toBeInstanceOf(RenameInDoubt);
      // Pure-FTPd says 451, `Rename/move failure: Is a directory`.
      expect(error).toMatchObject({ replyCode: expect.toBeOneOf([550, 553, 451]) });
      expect((await partner.readFile('/in/.staged')).toString()).toBe('new');
    });

    it('writes under every name that hurts', async () => {
      await using session = await openTo(partner);

      for (const each of keptNames) await put(session, childPath(path('/odd'), each), Buffer.from(each));

      const written = await Promise.all(keptNames.map((each) => partner.readFile(`/odd/${each}`)));
      expect(written.map(String)).toEqual(keptNames);
    });

    it('renames to every name that hurts', async () => {
      await using session = await openTo(partner);

      for (const each of keptNames) {
        await put(session, '/odd/.staged', Buffer.from(`${each}, renamed`));
        await rename(session, path('/odd/.staged'), childPath(path('/odd'), each));
      }

      const written = await Promise.all(keptNames.map((each) => partner.readFile(`/odd/${each}`)));
      expect(written.map(String)).toEqual(keptNames.map((each) => `${each}, renamed`));
    });

    it.runIf(nature.lastSpaces === 'replaced')(
      'says so where a file gets another name than asked',
      async () => {
        await using session = await openTo(partner);
        await put(session, '/odd/.staged', Buffer.from('x'));

        await expect(
          rename(session, path('/odd/.staged'), path('/odd/trailing space ')),
        ).rejects.toMatchObject({ kind: 'name-refused', replyCode: 250 });

        expect(session.lost).toBe(false);
      },
    );

    it('makes one directory where two sessions make it at the same moment', async () => {
      await using first = await openTo(partner);
      await using second = await openTo(partner);

      for (let round = 0; round < 5; round++) {
        const wanted = path(`/in/raced ${round}/a/b`);
        await Promise.all([makeDirectories(first, wanted), makeDirectories(second, wanted)]);
        await put(second, `${wanted}/file`, Buffer.from('there'));
      }

      expect((await partner.readFile('/in/raced 4/a/b/file')).toString()).toBe('there');
    });

    it('refuses to write into a directory that is read-only, and then writes elsewhere', async () => {
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

    it('refuses to make a directory in one that is read-only', async () => {
      await using session = await openTo(partner);

      await expect(makeDirectories(session, path('/read only/a/b'))).rejects.toMatchObject({
        name: 'FtpsError',
        replyCode: expect.toBeOneOf([550, 553]),
      });

      expect(session.lost).toBe(false);
    });

    it(`calls the missing directory of a file ${nature.missingDirectory}, and the session lives`, async () => {
      await using session = await openTo(partner);

      await expect(put(session, '/nowhere/file', Buffer.from('x'))).rejects.toMatchObject({
        kind: nature.missingDirectory,
        replyCode: expect.toBeOneOf([550, 553]),
      });

      expect(session.lost).toBe(false);
    });

    it('refuses to write a file where a directory is', async () => {
      await using session = await openTo(partner);

      await expect(put(session, '/in/directory', Buffer.from('x'))).rejects.toMatchObject({
        name: 'FtpsError',
        replyCode: expect.toBeOneOf([550, 553]),
      });

      expect(session.lost).toBe(false);
    });

    it('sees the size and the time of what was written', async () => {
      await using session = await openTo(partner);
      await put(session, '/in/seen', Buffer.from('12345'));

      const sighting = await lookAt(session, path('/in/seen'));

      expect(sighting).toMatchObject({ sizeBytes: 5, modified: { precision: 'second' } });
    });

    it.each(['/in/not there', '/nowhere/at all', '/in/directory'])('sees no file at %s', async (missing) => {
      await using session = await openTo(partner);

      const sighting = await lookAt(session, path(missing));

      expect(sighting).toBeUndefined();
    });

    it('ends the session where the source fails, and the next one writes over what it left', async () => {
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
