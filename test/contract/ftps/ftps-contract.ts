import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { download } from '../../../lambdas/ftps/download.ts';
import { FtpsError } from '../../../lambdas/ftps/ftps-error.ts';
import { Pool } from '../../../lambdas/ftps/pool.ts';
import { wholeListing } from '../../../lambdas/ftps/whole-listing.ts';
import { childPath, nameOf, parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { namesThatHurt } from './names-that-hurt.ts';
import {
  distinctBytes,
  HashingSink,
  openTo,
  type StartPartner,
  sha256,
  type TestPartner,
} from './test-partner.ts';
import { trustContract } from './trust-contract.ts';
import { walkTree } from './walk-tree.ts';

export interface ServerNature {
  /** Whether the server can be asked if a directory that cannot be entered is there at all (MLST). */
  readonly missingDirectory: 'gone' | 'refused';
  /** Whether its listing tells links from directories. */
  readonly links: 'told' | 'not-told';
}

const manyEntries = { maxEntries: 10_000 };

/** What every FTPS server must do with our layer, and our layer with it. */
export function ftpsContract(name: string, start: StartPartner, nature: ServerNature): void {
  describe(name, () => {
    let partner: TestPartner;

    beforeAll(async () => {
      partner = await start({});
      await seed(partner);
    });

    afterAll(async () => {
      await partner?.[Symbol.asyncDispose]();
    });

    it('logs in over verified TLS and says goodbye', async () => {
      const session = await openTo(partner);

      await session.close();

      expect(session.lost).toBe(true);
    });

    it('lists every name that hurts exactly as it is', async () => {
      await using session = await openTo(partner);

      const listing = await wholeListing(session, parseRemotePath('/names'), manyEntries);

      expect(listing.faults).toEqual([]);
      expect(listing.refused).toEqual([]);
      expect(listing.files.map(({ path }) => nameOf(path)).sort()).toEqual([...namesThatHurt].sort());
    });

    it('tells the size of every listed file', async () => {
      await using session = await openTo(partner);

      const listing = await wholeListing(session, parseRemotePath('/names'), manyEntries);

      const sizes = listing.files.map(({ path, sizeBytes }) => [nameOf(path), sizeBytes]);
      expect(sizes.sort()).toEqual(namesThatHurt.map((each) => [each, Buffer.byteLength(each)]).sort());
    });

    it('fetches the bytes behind every name that hurts', async () => {
      await using session = await openTo(partner);
      const fetched: string[] = [];

      for (const each of namesThatHurt) {
        const chunks: Buffer[] = [];
        const file = { path: childPath(parseRemotePath('/names'), each), sizeBytes: Buffer.byteLength(each) };
        await download(session, file, { write: (chunk) => void chunks.push(chunk) });
        fetched.push(Buffer.concat(chunks).toString());
      }

      expect(fetched).toEqual(namesThatHurt);
    });

    it('enters directories whose names hurt', async () => {
      await using session = await openTo(partner);
      const found: string[] = [];

      for (const each of namesThatHurt) {
        const directory = childPath(parseRemotePath('/directories'), each);
        const listing = await wholeListing(session, directory, manyEntries);
        found.push(...listing.files.map(({ path }) => path));
      }

      expect(found).toEqual(namesThatHurt.map((each) => `/directories/${each}/inside`));
    });

    it('reports a name that is no UTF-8 and leaves it alone', async () => {
      await using session = await openTo(partner);

      const listing = await wholeListing(session, parseRemotePath('/foreign'), manyEntries);

      expect(listing.refused).toEqual([{ shownName: 'caf\\xe9', fault: 'not-text' }]);
      expect(listing.faults).toEqual([]);
    });

    it(`shows a link ${nature.links === 'told' ? 'as one, and never as a directory' : 'as the directory that its listing makes of it'}`, async () => {
      await using session = await openTo(partner);

      const listing = await wholeListing(session, parseRemotePath('/linked'), manyEntries);

      const told = { skipped: [{ name: 'loop', kind: 'link' }], subdirectories: [] };
      const notTold = { skipped: [], subdirectories: ['/linked/loop'] };
      expect(listing).toMatchObject(nature.links === 'told' ? told : notTold);
    });

    it.each([0, 1, 16 * 1024 + 1, 5_000_000])('downloads %i bytes unchanged', async (size) => {
      await using session = await openTo(partner);
      const sink = new HashingSink();

      const result = await download(
        session,
        { path: parseRemotePath(`/sizes/${size}`), sizeBytes: size },
        sink,
      );

      expect(sink.sha256).toBe(sha256(distinctBytes(size)));
      expect(result).toMatchObject({ bytes: size, sizeBytes: size, verification: 'size+mtime' });
    });

    it('calls a missing file gone, and the session lives', async () => {
      await using session = await openTo(partner);
      const missing = { path: parseRemotePath('/sizes/missing'), sizeBytes: 5 };

      await expect(download(session, missing, new HashingSink())).rejects.toMatchObject({
        kind: 'gone',
        replyCode: 550,
      });

      expect(session.lost).toBe(false);
    });

    it('calls an unreadable file denied, and the session reads the next one', async () => {
      await using session = await openTo(partner);
      const unreadable = { path: parseRemotePath('/unreadable'), sizeBytes: 6 };
      const sink = new HashingSink();

      await expect(download(session, unreadable, new HashingSink())).rejects.toMatchObject({
        kind: 'denied',
      });
      await download(session, { path: parseRemotePath('/sizes/1'), sizeBytes: 1 }, sink);

      expect(sink.bytes).toBe(1);
    });

    it(`calls a missing directory ${nature.missingDirectory}, and never an empty one`, async () => {
      await using session = await openTo(partner);
      const missing = parseRemotePath('/no such directory');

      await expect(wholeListing(session, missing, manyEntries)).rejects.toMatchObject({
        kind: nature.missingDirectory,
        path: missing,
      });
    });

    it.each(['/locked', '/unlistable'])(
      'never takes %s, which may not be read, for an empty directory',
      async (path) => {
        await using session = await openTo(partner);

        const outcome = await wholeListing(session, parseRemotePath(path), manyEntries).then(
          (listing) => listing.faults.map(({ kind }) => kind),
          (error: unknown) => (error instanceof FtpsError ? [error.kind] : [error]),
        );

        expect(outcome).toEqual([expect.stringMatching(/^(denied|refused|unavailable)$/)]);
      },
    );

    it('lists an empty directory as complete and empty', async () => {
      await using session = await openTo(partner);

      const listing = await wholeListing(session, parseRemotePath('/empty'), manyEntries);

      expect(listing).toMatchObject({ files: [], subdirectories: [], skipped: [], refused: [], faults: [] });
    });

    it('walks a nested tree, every directory once', async () => {
      await using pool = new Pool(() => openTo(partner), { maxSessions: 3 });

      const { counts, listings } = await walkTree(pool, parseRemotePath('/tree'));

      const files = listings.flatMap((listing) => listing.files.map(({ path }) => path));
      expect(counts).toEqual({ directories: 13, files: 24, incomplete: 0 });
      expect(files.sort()).toEqual(treeFiles().sort());
      expect(new Set(listings.map(({ directory }) => directory)).size).toBe(13);
    });

    it('reads 100 files with four sessions at once', async () => {
      await using pool = new Pool(() => openTo(partner), { maxSessions: 4, rampMs: 10 });

      const sums = await Promise.all(
        manyNumbers.map((number) =>
          pool.use(async (session) => {
            const sink = new HashingSink();
            const content = manyContent(number);
            await download(
              session,
              { path: parseRemotePath(`/many/${number}`), sizeBytes: content.length },
              sink,
            );
            return sink.sha256;
          }),
        ),
      );

      expect(sums).toEqual(manyNumbers.map((number) => sha256(manyContent(number))));
    });

    it('holds the server back while the sink is busy, and loses nothing', async () => {
      await using session = await openTo(partner);
      const sink = new HashingSink();
      let writes = 0;
      const slowSink = {
        write: async (chunk: Buffer) => {
          if (writes++ % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
          sink.write(chunk);
        },
      };

      await download(session, { path: parseRemotePath('/sizes/5000000'), sizeBytes: 5_000_000 }, slowSink);

      expect(sink.sha256).toBe(sha256(distinctBytes(5_000_000)));
    });

    it('does all work with the sessions it gets where the server allows fewer than wanted', async () => {
      await using crowded = await start({ maxConnections: 2 });
      await crowded.putFile('/one', '1');
      await using pool = new Pool(() => openTo(crowded), { maxSessions: 4, rampMs: 10, pauseMs: 10 });

      const sizes = await Promise.all(
        manyNumbers.slice(0, 12).map(() =>
          pool.use(async (session) => {
            return (
              await download(session, { path: parseRemotePath('/one'), sizeBytes: 1 }, new HashingSink())
            ).bytes;
          }),
        ),
      );

      expect(sizes).toEqual(Array(12).fill(1));
    });

    trustContract(() => partner, start);
  });
}

const manyNumbers = Array.from({ length: 100 }, (_, index) => index);

function manyContent(number: number): Buffer {
  return distinctBytes(1 + number * 37);
}

async function seed(partner: TestPartner): Promise<void> {
  for (const name of namesThatHurt) {
    await partner.putFile(`/names/${name}`, name);
    await partner.putFile(`/directories/${name}/inside`, 'x');
  }
  for (const size of [0, 1, 16 * 1024 + 1, 5_000_000]) {
    await partner.putFile(`/sizes/${size}`, distinctBytes(size));
  }
  for (const number of manyNumbers) await partner.putFile(`/many/${number}`, manyContent(number));
  for (const path of treeFiles()) await partner.putFile(path, path);
  await partner.putFile('/unreadable', 'secret', 'unreadable');
  await partner.putDirectory('/empty');
  await partner.putDirectory('/locked', 'locked');
  await partner.putDirectory('/unlistable', 'unlistable');
  await partner.putDirectory('/foreign');
  await partner.putFile(Buffer.from('/foreign/caf\xe9', 'latin1'), 'x');
  await partner.putDirectory('/linked');
  // Within the tree, or servers that jail their users would not show it at all.
  await partner.putLink('/linked/loop', '.');
}

/** Three branches of three twigs, two files in each of the twelve. */
function treeFiles(): string[] {
  const branches = ['a', 'b b', 'c'];
  const directories = branches.flatMap((branch) => [branch, ...branches.map((twig) => `${branch}/${twig}`)]);
  return directories.flatMap((directory) => ['1', '2 '].map((file) => `/tree/${directory}/${file}`));
}
