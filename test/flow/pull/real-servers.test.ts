import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findStage } from '../../../cli/stage/stage.ts';
import { localUpCommand } from '../../../cli/stage/with-stage.ts';
import { startLocalStack } from '../../../local/local-stack.ts';
import { awkwardNames } from '../../contract/ftps/servers/awkward-names.ts';
import { writePartners } from '../../support/partner/partner-folder.ts';
import { flowDirectory, realFlowName, realPartner } from '../../support/real-partner/real-partner.ts';
import {
  type RunDocument,
  type RunPlace,
  runFlow,
  transferredSha256,
} from '../../support/real-partner/run-flow.ts';
import { SeededFolder } from '../../support/real-partner/seeded-folder.ts';
import { availableServers } from '../../support/real-servers/available-servers.ts';
import type { RealServer } from '../../support/real-servers/real-server.ts';
import { type StoredVersion, storedVersions } from '../../support/stored/stored-versions.ts';

const { ready, absent } = await availableServers();

for (const { name, reason } of absent) {
  process.stdout.write(`Skipped: the pull from ${name}: ${reason}.\n`);
  test.skip(`the pull from ${name} (${reason})`);
}

const fileCount = 200;
const largeFileBytes = 64 * 1024 * 1024;
const changedPath = `${flowDirectory}/region-1/shop-1/sales-1.csv`;

/** Three runs of the command, the partner's files before and after a change, and the resulting objects. */
interface RunHistory {
  readonly seeded: ReadonlyMap<string, string>;
  readonly changedSha256: string | undefined;
  readonly first: RunDocument;
  readonly second: RunDocument;
  readonly third: RunDocument;
  /** By path below the flow's directory; the newest version first. */
  readonly objects: ReadonlyMap<string, readonly StoredVersion[]>;
}

let folder: string;
let histories: ReadonlyMap<string, RunHistory>;

// One stack for all commands, like `local up`, so that the functions start once and not for every run.
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
  const collected = new Map<string, RunHistory>();
  for (const server of servers) {
    const runs = await runThreeTimes(server, place);
    const objects = await storedVersions(inbox, `${server.name}/${realFlowName}/`);
    collected.set(server.name, { ...runs, objects });
  }
  histories = collected;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

for (const { name, sessionReuse } of ready) {
  const reuse = sessionReuse === 'required' ? ', which requires session reuse' : '';

  describe(`ftps-sync run against ${name}${reuse}`, () => {
    test("reports every file with the SHA-256 of the partner's file", () => {
      const { first, seeded } = findHistory(name);

      expect(first).toMatchObject({ status: 'succeeded', listed: fileCount, transferred: fileCount });
      expect(sorted(transferredSha256(first))).toEqual(sorted(seeded));
    });

    test('stores the same bytes in the bucket', () => {
      const { seeded } = findHistory(name);

      const oldest = [...findHistory(name).objects].map(
        ([path, versions]) => [`${flowDirectory}/${path}`, versions.at(-1)?.sha256 ?? ''] as const,
      );

      expect(sorted(new Map(oldest))).toEqual(sorted(seeded));
    });

    test('transfers nothing in a second run', () => {
      const { second } = findHistory(name);

      expect(second).toMatchObject({ status: 'succeeded', listed: fileCount, transferred: 0, bytes: 0 });
    });

    test('transfers only a changed file, as a new version', () => {
      const history = findHistory(name);
      const [newest, before] = history.objects.get(changedPath.slice(flowDirectory.length + 1)) ?? [];
      const versionCount = [...history.objects.values()].flat().length;

      expect([...transferredSha256(history.third)]).toEqual([[changedPath, history.changedSha256]]);
      expect(newest?.sha256).toBe(history.changedSha256);
      expect(before?.sha256).toBe(history.seeded.get(changedPath));
      expect(versionCount).toBe(fileCount + 1);
    });
  });
}

function findHistory(name: string): RunHistory {
  const history = histories.get(name);
  if (history === undefined) throw new Error(`There are no runs against ${name}`);
  return history;
}

async function runThreeTimes(
  server: RealServer,
  place: Omit<RunPlace, 'partner'>,
): Promise<Omit<RunHistory, 'objects'>> {
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

/** An empty file, a multipart file, difficult names, and the rest in nested folders. */
async function seed(files: SeededFolder): Promise<void> {
  await files.put(`${flowDirectory}/empty.csv`, { sizeBytes: 0, seed: 0 });
  await files.put(`${flowDirectory}/region-1/large.dat`, { sizeBytes: largeFileBytes, seed: 1 });
  for (const [index, name] of awkwardNames.entries()) {
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
