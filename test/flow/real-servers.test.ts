import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLocalStack } from '../../cli/local/local-stack.ts';
import { findStage } from '../../cli/stage.ts';
import { localUpCommand } from '../../cli/with-stage.ts';
import { namesThatHurt } from '../contract/ftps/names-that-hurt.ts';
import { flowDirectory, realFlowName, realPartner } from '../support/real-partner/real-partner.ts';
import { movedSha256, type RunDocument, type RunPlace, runFlow } from '../support/real-partner/run-flow.ts';
import { SeededFolder } from '../support/real-partner/seeded-folder.ts';
import { availableServers } from '../support/real-servers/available-servers.ts';
import type { RealServer } from '../support/real-servers/real-server.ts';
import { writePartners } from '../support/stage/partner-folder.ts';
import { type StoredVersion, storedVersions } from '../support/stage/stored-versions.ts';

const { ready, absent } = await availableServers();

for (const { name, reason } of absent) {
  process.stdout.write(`Skipped: the pull from ${name}: ${reason}.\n`);
  test.skip(`the pull from ${name} is tested where it is present (${reason})`);
}

const fileCount = 200;
const largeFileBytes = 64 * 1024 * 1024;
const changedPath = `${flowDirectory}/region-1/shop-1/sales-1.csv`;

/** Three runs of the command, the partner's files before the first and after the change, and what came into the bucket. */
interface Story {
  readonly seeded: ReadonlyMap<string, string>;
  readonly changedSha256: string | undefined;
  readonly first: RunDocument;
  readonly second: RunDocument;
  readonly third: RunDocument;
  /** By path below the flow's directory; the newest version first. */
  readonly objects: ReadonlyMap<string, readonly StoredVersion[]>;
}

let folder: string;
let stories: ReadonlyMap<string, Story>;

// The commands find a stack that is up already, as beside `local up`: so the functions start once, and not for every run.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ftps-sync-real-'));
  await using started = new AsyncDisposableStack();
  const servers: RealServer[] = [];
  for (const { start } of ready) servers.push(started.use(await start({ security: 'explicit' })));
  const partners = writePartners(
    folder,
    servers.map((server) => realPartner(server, { maxConnections: 4 })),
  );
  const place = { ...partners, data: join(folder, 'data') };
  const stage = 'local';
  const stack = await startLocalStack({
    dataFolder: place.data,
    partnersFolder: place.partners,
    secretsFile: place.secrets,
    stage,
    command: localUpCommand,
  });
  started.defer(() => stack.close());
  Object.assign(process.env, stack.environment);
  const { inbox } = await findStage(stage);
  const played = new Map<string, Story>();
  for (const server of servers) {
    const runs = await play(server, place);
    const objects = await storedVersions(inbox, `${server.name}/${realFlowName}/`);
    played.set(server.name, { ...runs, objects });
  }
  stories = played;
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

for (const { name, sessionReuse } of ready) {
  const reuse = sessionReuse === 'required' ? ', which requires session reuse' : '';

  describe(`ftps-sync run against ${name}${reuse}`, () => {
    test('brings every file with the SHA-256 that it has at the partner', () => {
      const { first, seeded } = storyOf(name);

      expect(first).toMatchObject({ status: 'succeeded', listed: fileCount, transferred: fileCount });
      expect(sorted(movedSha256(first))).toEqual(sorted(seeded));
    });

    test('puts those very bytes into the bucket', () => {
      const { seeded } = storyOf(name);

      const oldest = [...storyOf(name).objects].map(
        ([path, versions]) => [`${flowDirectory}/${path}`, versions.at(-1)?.sha256 ?? ''] as const,
      );

      expect(sorted(new Map(oldest))).toEqual(sorted(seeded));
    });

    test('moves nothing in a second run', () => {
      const { second } = storyOf(name);

      expect(second).toMatchObject({ status: 'succeeded', listed: fileCount, transferred: 0, bytes: 0 });
    });

    test('brings a changed file, and that alone, as a new version', () => {
      const story = storyOf(name);
      const [newest, before] = story.objects.get(changedPath.slice(flowDirectory.length + 1)) ?? [];
      const versionCount = [...story.objects.values()].flat().length;

      expect([...movedSha256(story.third)]).toEqual([[changedPath, story.changedSha256]]);
      expect(newest?.sha256).toBe(story.changedSha256);
      expect(before?.sha256).toBe(story.seeded.get(changedPath));
      expect(versionCount).toBe(fileCount + 1);
    });
  });
}

function storyOf(name: string): Story {
  const story = stories.get(name);
  if (story === undefined) throw new Error(`${name} has not been played`);
  return story;
}

async function play(server: RealServer, place: Omit<RunPlace, 'partner'>): Promise<Omit<Story, 'objects'>> {
  const files = new SeededFolder(server.root, server.owner);
  await seed(files);
  const seeded = new Map(files.sha256);
  const here = { ...place, partner: server.name };

  const first = await runFlow(here);
  const second = await runFlow(here);
  await files.put(changedPath, { sizeBytes: 5_000, seed: 7, ageMinutes: 5 });
  const third = await runFlow(here);

  return { seeded, changedSha256: files.sha256.get(changedPath), first, second, third };
}

/** An empty file, one that takes several parts, names that hurt, and the rest in nested folders. */
async function seed(files: SeededFolder): Promise<void> {
  await files.put(`${flowDirectory}/empty.csv`, { sizeBytes: 0, seed: 0 });
  await files.put(`${flowDirectory}/region-1/large.dat`, { sizeBytes: largeFileBytes, seed: 1 });
  for (const [index, name] of namesThatHurt.entries()) {
    await files.put(`${flowDirectory}/names that hurt/${name}`, { sizeBytes: index, seed: index });
  }
  for (let number = 1; files.sha256.size < fileCount; number++) {
    const path = `region-${number % 3}/shop-${number % 7}/sales-${number}.csv`;
    await files.put(`${flowDirectory}/${path}`, { sizeBytes: 100 * number, seed: number });
  }
}

function sorted(sha256: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...sha256].sort(([a], [b]) => (a < b ? -1 : 1));
}
