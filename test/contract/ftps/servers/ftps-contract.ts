import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseName, childPath, parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { FtpsError } from '../../../../lambdas/ftps/ftps-error.ts';
import { listWholeDirectory } from '../../../../lambdas/ftps/listing/list-whole-directory.ts';
import { Pool } from '../../../../lambdas/ftps/session/pool.ts';
import { download } from '../../../../lambdas/ftps/transfer/download.ts';
import { walkToEnd } from '../listing/recorded-tree.ts';
import {
  distinctBytes,
  HashingSink,
  openTo,
  type StartPartner,
  sha256,
  type TestPartner,
} from '../test-partner.ts';
import { awkwardNames } from './awkward-names.ts';
import { trustContract } from './trust-contract.ts';

export interface ServerBehaviour {
  /** Whether MLST tells a missing directory from one that cannot be entered. */
  readonly missingDirectory: 'gone' | 'refused';
  /** Whether its listing tells links from directories. */
  readonly links: 'as-links' | 'as-directories';
  /** What the server does not support. Default: nothing. */
  readonly lacks?: readonly ('size' | 'mdtm' | 'mlst' | 'append')[];
  /** Another server of the kind shows already which certificates are trusted. */
  readonly isTrustShown?: boolean;
}

const manyEntries = { maxEntries: 10_000 };

/** What must work with every FTPS server. */
export function ftpsContract(name: string, start: StartPartner, behaviour: ServerBehaviour): void {
  describe(name, () => {
    const { lacks = [] } = behaviour;
    let partner: TestPartner;

    beforeAll(async () => {
      partner = await start({});
      await seed(partner);
    });

    afterAll(async () => {
      await partner?.[Symbol.asyncDispose]();
    });

    it('logs in over verified TLS and quits', async () => {
      const session = await openTo(partner);

      await session.close();

      expect(session.lost).toBe(true);
    });

    it('lists every awkward name exactly', async () => {
      await using session = await openTo(partner);

      const listing = await listWholeDirectory(session, parseRemotePath('/names'), manyEntries);

      expect(listing.errors).toEqual([]);
      expect(listing.refused).toEqual([]);
      expect(listing.files.map(({ path }) => baseName(path)).sort()).toEqual([...awkwardNames].sort());
    });

    it('ends each listing with close_notify, so that one is enough', async () => {
      const trace: string[] = [];
      await using session = await openTo(partner, { trace: (line) => void trace.push(line) });

      await listWholeDirectory(session, parseRemotePath('/names'), manyEntries);

      expect(session.behaviour.listingEnd).toBe('close-notify');
      expect(trace.filter((line) => /^> (MLSD|LIST)/.test(line)).length).toBe(1);
    });

    it('has the size of every listed file', async () => {
      await using session = await openTo(partner);

      const listing = await listWholeDirectory(session, parseRemotePath('/names'), manyEntries);

      const sizes = listing.files.map(({ path, sizeBytes }) => [baseName(path), sizeBytes]);
      expect(sizes.sort()).toEqual(awkwardNames.map((each) => [each, Buffer.byteLength(each)]).sort());
    });

    it('downloads a file of every awkward name', async () => {
      await using session = await openTo(partner);
      const fetched: string[] = [];

      for (const each of awkwardNames) {
        const chunks: Buffer[] = [];
        const file = { path: childPath(parseRemotePath('/names'), each), sizeBytes: Buffer.byteLength(each) };
        await download(session, file, { write: (chunk) => void chunks.push(chunk) });
        fetched.push(Buffer.concat(chunks).toString());
      }

      expect(fetched).toEqual(awkwardNames);
    });

    it('enters directories with awkward names', async () => {
      await using session = await openTo(partner);
      const found: string[] = [];

      for (const each of awkwardNames) {
        const directory = childPath(parseRemotePath('/directories'), each);
        const listing = await listWholeDirectory(session, directory, manyEntries);
        found.push(...listing.files.map(({ path }) => path));
      }

      expect(found).toEqual(awkwardNames.map((each) => `/directories/${each}/inside`));
    });

    it('reports a name that is not UTF-8 and ignores the file', async () => {
      await using session = await openTo(partner);

      const listing = await listWholeDirectory(session, parseRemotePath('/foreign'), manyEntries);

      expect(listing.refused).toEqual([{ shownName: 'caf\\xe9', error: 'invalid-encoding' }]);
      expect(listing.errors).toEqual([]);
    });

    it(`shows a link ${behaviour.links === 'as-links' ? 'as a link, not as a directory' : 'as the directory that its listing shows'}`, async () => {
      await using session = await openTo(partner);

      const listing = await listWholeDirectory(session, parseRemotePath('/linked'), manyEntries);

      const asLink = { skipped: [{ name: 'loop', kind: 'link' }], subdirectories: [] };
      const asDirectory = { skipped: [], subdirectories: ['/linked/loop'] };
      expect(listing).toMatchObject(behaviour.links === 'as-links' ? asLink : asDirectory);
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
      const verification = lacks.includes('mdtm') && lacks.includes('mlst') ? 'size' : 'size+mtime';
      expect(result).toMatchObject({ bytes: size, sizeBytes: size, verification });
    });

    // The 550 to RETR can mean both; the reply to SIZE tells which.
    const [missingFile, unreadableFile] = lacks.includes('size')
      ? ['refused', 'refused']
      : ['gone', 'denied'];

    it(`reports a missing file as ${missingFile}, and the session stays usable`, async () => {
      await using session = await openTo(partner);
      const missing = { path: parseRemotePath('/sizes/missing'), sizeBytes: 5 };

      await expect(download(session, missing, new HashingSink())).rejects.toMatchObject({
        kind: missingFile,
        replyCode: 550,
      });

      expect(session.lost).toBe(false);
    });

    it(`reports an unreadable file as ${unreadableFile}, and the session reads the next one`, async () => {
      await using session = await openTo(partner);
      const unreadable = { path: parseRemotePath('/unreadable'), sizeBytes: 6 };
      const sink = new HashingSink();

      await expect(download(session, unreadable, new HashingSink())).rejects.toMatchObject({
        kind: unreadableFile,
      });
      await download(session, { path: parseRemotePath('/sizes/1'), sizeBytes: 1 }, sink);

      expect(sink.bytes).toBe(1);
    });

    it(`reports a missing directory as ${behaviour.missingDirectory}, not as empty`, async () => {
      await using session = await openTo(partner);
      const missing = parseRemotePath('/no such directory');

      await expect(listWholeDirectory(session, missing, manyEntries)).rejects.toMatchObject({
        kind: behaviour.missingDirectory,
        path: missing,
      });
    });

    it.each(['/locked', '/unlistable'])(
      'does not take %s, which may not be read, for an empty directory',
      async (path) => {
        await using session = await openTo(partner);

        const outcome = await listWholeDirectory(session, parseRemotePath(path), manyEntries).then(
          (listing) => listing.errors.map(({ kind }) => kind),
          (error: unknown) => (error instanceof FtpsError ? [error.kind] : [error]),
        );

        expect(outcome).toEqual([expect.stringMatching(/^(denied|refused|unavailable)$/)]);
      },
    );

    it('lists an empty directory as complete and empty', async () => {
      await using session = await openTo(partner);

      const listing = await listWholeDirectory(session, parseRemotePath('/empty'), manyEntries);

      expect(listing).toMatchObject({ files: [], subdirectories: [], skipped: [], refused: [], errors: [] });
    });

    it('walks a nested tree, every directory once', async () => {
      await using pool = new Pool(() => openTo(partner), { maxSessions: 3 });

      const { counts, listings } = await walkToEnd(pool, parseRemotePath('/tree'));

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

    it('pauses the server while the sink is busy, and loses nothing', async () => {
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

    it('does all work where the server allows fewer sessions than wanted', async () => {
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

    if (behaviour.isTrustShown !== true) trustContract(() => partner, start);
  });
}

const manyNumbers = Array.from({ length: 100 }, (_, index) => index);

function manyContent(number: number): Buffer {
  return distinctBytes(1 + number * 37);
}

async function seed(partner: TestPartner): Promise<void> {
  for (const name of awkwardNames) {
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
  // Within the tree, because servers that confine their users would not show other links.
  await partner.putLink('/linked/loop', '.');
}

/** Three directories with three subdirectories each, and two files in each of the twelve. */
function treeFiles(): string[] {
  const branches = ['a', 'b b', 'c'];
  const directories = branches.flatMap((branch) => [branch, ...branches.map((twig) => `${branch}/${twig}`)]);
  return directories.flatMap((directory) => ['1', '2 '].map((file) => `/tree/${directory}/${file}`));
}
