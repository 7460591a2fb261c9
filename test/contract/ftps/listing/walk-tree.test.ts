import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DirectoryListing, FrontierDirectory } from '../../../../lambdas/core/listing/listing.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { FtpsError } from '../../../../lambdas/ftps/ftps-error.ts';
import { type Walked, type WalkOptions, walkTree } from '../../../../lambdas/ftps/listing/walk-tree.ts';
import { Pool } from '../../../../lambdas/ftps/session/pool.ts';
import type { Timeouts } from '../../../../lambdas/ftps/session/timeouts.ts';
import { useEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';
import { RecordedTree } from './recorded-tree.ts';

const timeouts: Partial<Timeouts> = { idleMs: 2000, finalReplyMs: 300, explanationMs: 150 };

const partner = await useEmbedded();

/** One invocation, which continues where the one before has stopped. */
async function walkRound(
  tree: RecordedTree,
  { frontier, found }: Walked,
  options: Partial<WalkOptions> & Pick<WalkOptions, 'root'>,
): Promise<Walked> {
  await using pool = new Pool(() => openTo(partner, { timeouts }), { maxSessions: 2, rampMs: 1 });
  return await walkTree(pool, { frontier, found, sinkFor: tree.sinkFor, ...options });
}

function begin(root: FrontierDirectory['path']): Walked {
  return { frontier: [{ path: root, cuts: 0 }], found: 1 };
}

/**
 * How a round stops: it begins only so many directories, or is aborted when so many have begun or have names.
 */
interface Stop {
  readonly kind: 'begin-no-more' | 'abort-before-names' | 'abort-amid-names';
  readonly after: number;
}

/** The options of a round that stops in this way. */
function stopping(stop: Stop, tree: RecordedTree): Partial<WalkOptions> {
  const abort = new AbortController();
  let begun = 0;
  const cut = () => abort.abort(new Error('the time is up'));
  return {
    signal: abort.signal,
    mayBegin: () => stop.kind !== 'begin-no-more' || begun < stop.after,
    sinkFor: () => {
      begun += 1;
      const sink = tree.sinkFor();
      const isCut = begun === stop.after;
      if (isCut && stop.kind === 'abort-before-names') cut();
      if (!isCut || stop.kind !== 'abort-amid-names') return sink;
      return {
        ...sink,
        add: (lines) => {
          cut();
          return sink.add(lines);
        },
      };
    },
  };
}

const stopOf = fc.record<Stop>({
  kind: fc.constantFrom('begin-no-more', 'abort-before-names', 'abort-amid-names'),
  after: fc.integer({ min: 1, max: 4 }),
});
/** Paths of files. A path that is also the parent of another one becomes a directory. */
const pathsOf = fc.uniqueArray(
  fc
    .array(fc.constantFrom('a', 'b', '~', 'é'), { minLength: 1, maxLength: 4 })
    .map((names) => names.join('/')),
  { maxLength: 25 },
);

describe('a walk in several rounds', () => {
  it('finds the same as a walk without interruption, and every directory once', async () => {
    await fc.assert(
      fc.asyncProperty(pathsOf, fc.array(stopOf, { maxLength: 2 }), async (paths, stops) => {
        const root = parseRemotePath('/tree');
        partner.tree.delete('/tree').putDirectory('/tree');
        for (const path of paths) {
          const isDirectory = paths.some((other) => other.startsWith(`${path}/`));
          if (!isDirectory) partner.tree.put(`/tree/${path}`, { content: path });
        }
        const whole = new RecordedTree();
        await walkRound(whole, begin(root), { root });

        const tree = new RecordedTree();
        let walked = begin(root);
        for (const stop of stops) walked = await walkRound(tree, walked, { root, ...stopping(stop, tree) });
        walked = await walkRound(tree, walked, { root });

        expect(shown(tree.listings)).toEqual(shown(whole.listings));
        expect({ ...walked, open: tree.open }).toEqual({
          frontier: [],
          found: whole.listings.length,
          open: 0,
        });
      }),
      { numRuns: 25 },
    );
  });

  it('begins with the directory that was aborted', async () => {
    const root = parseRemotePath('/cut');
    for (const name of ['1', '2', '3']) partner.tree.put(`/cut/${name}/file`, {});
    const tree = new RecordedTree();

    const first = await walkRound(tree, begin(root), {
      root,
      ...stopping({ kind: 'abort-before-names', after: 2 }, tree),
    });

    const cut = first.frontier.filter(({ cuts }) => cuts === 1);
    expect(cut.length).toBeGreaterThan(0);
    expect(first.frontier.slice(-cut.length)).toEqual(cut);
  });

  it('reports an error for a directory that three rounds could not list', async () => {
    const root = parseRemotePath('/endless');
    partner.tree.put('/endless/sub/file', {}).put('/endless/good/file', {});
    partner.server.fault({ on: 'MLSD', path: '/endless/sub', do: { kind: 'silence' } });
    const tree = new RecordedTree();

    let walked = begin(root);
    for (let round = 0; round < 3; round++) {
      walked = await walkRound(tree, walked, { root, signal: AbortSignal.timeout(400) });
    }

    expect(walked.frontier).toEqual([]);
    expect(tree.counts).toEqual({ directories: 3, files: 1, incomplete: 1 });
    expect(tree.listings.find(({ errors }) => errors.length > 0)).toMatchObject({
      directory: '/endless/sub',
      errors: [{ kind: 'failed', detail: expect.stringContaining('3 invocations') }],
    });
  });

  it('discards a try that did not end', async () => {
    const root = parseRemotePath('/long');
    const names = Array.from({ length: 3000 }, (_, index) => `f${index}`);
    partner.tree.putGenerated('/long', {
      *entries() {
        for (const name of names) yield [name, {}];
      },
      find: () => undefined,
    });
    partner.server.fault({
      on: 'MLSD',
      path: '/long',
      times: 1,
      do: { kind: 'cut-data', afterBytes: 200_000, with: 'reset' },
    });
    const tree = new RecordedTree();

    await walkRound(tree, begin(root), { root });

    expect(tree.listings.map(({ files }) => files.length)).toEqual([3000]);
    expect(partner.server.log.filter(({ command }) => command === 'MLSD').length).toBeGreaterThan(1);
  });

  it('fails as busy where other flows hold all connections before anything is listed', async () => {
    const root = parseRemotePath('/busy');
    partner.tree.put('/busy/sub/file', {});
    const tree = new RecordedTree();
    await using pool = new Pool(() => Promise.reject(busy()), { maxSessions: 2, rampMs: 1 });

    const walking = walkTree(pool, { root, ...begin(root), sinkFor: tree.sinkFor });

    await expect(walking).rejects.toMatchObject({ kind: 'partner-busy' });
  });

  it('leaves the rest to the next round where it gets no further connection', async () => {
    const root = parseRemotePath('/busy');
    partner.tree.put('/busy/sub/file', {});
    const tree = new RecordedTree();
    let opened = 0;
    const openOnce = async () => {
      opened += 1;
      if (opened > 1) throw busy();
      return await openTo(partner, { timeouts });
    };
    await using pool = new Pool(openOnce, { maxSessions: 1, rampMs: 1 });
    const sinkFor = () => {
      const sink = tree.sinkFor();
      return {
        ...sink,
        end: async (verdict: Parameters<typeof sink.end>[0]) => {
          await sink.end(verdict);
          await pool.use((session) => session.close());
        },
      };
    };

    const walked = await walkTree(pool, { root, ...begin(root), sinkFor });

    expect(walked).toEqual({ frontier: [{ path: '/busy/sub', cuts: 0 }], found: 2 });
  });
});

function busy(): FtpsError {
  return new FtpsError({
    kind: 'partner-busy',
    attempt: 'connecting to',
    target: 'it',
    answer: 'all in use',
  });
}

function shown(listings: readonly DirectoryListing[]): string[] {
  return listings.map((each) => JSON.stringify(each)).sort();
}
