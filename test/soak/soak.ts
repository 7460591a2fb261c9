/**
 * Runs the product on the local stack for minutes, against an FTPS server, while files change, functions are
 * killed, commands fail and clocks jump. Then everything comes to rest, and ledger, bucket and partner must
 * equal what was written. Prints what it did; exits with 1 when something differs or leaks.
 *
 * Usage: npm run soak -- [--minutes N] [--seed S] [--server vsftpd|proftpd|pure-ftpd|embedded]
 */
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { redriveAll } from '../../cli/commands/operate/redrive.ts';
import { partnerIdSchema } from '../../lambdas/contract/ids.ts';
import { slotMs, slotsInUse } from '../../lambdas/ledger/connection/connection-slots.ts';
import { createAuthority } from '../../testing/certificates.ts';
import { type FtpsServer, startFtpsServer } from '../../testing/ftps-server/server.ts';
import { FolderTree } from '../../testing/ftps-server/tree/folder-tree.ts';
import { newServedFolder } from '../bench/bench-servers.ts';
import { Checks, openScaleStage } from '../bench/scale/scale-stage.ts';
import { Random } from '../simulate/machine/random.ts';
import { partnerAt, testPassword, testUser } from '../support/partner/test-partner.ts';
import { availableServers } from '../support/real-servers/available-servers.ts';
import type { TestStage } from '../support/stage/test-stage.ts';
import { storedVersions } from '../support/stored/stored-versions.ts';
import { addFault } from './faults.ts';
import { PartnerActions, pickOne } from './partner-folder.ts';
import { lowest, measureResources, type Resources } from './resources.ts';
import { sha256, Truth } from './truth.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    server: { type: 'string' },
  },
});
const seed = Number(values.seed);
const random = new Random(seed);
const partnerName = 'soak';
/** Before, caches fill and functions start. */
const minutesToJudge = 5;
const killed = [
  'list-remote',
  'plan-run',
  'transfer-batch',
  'dispose-files',
  'finish-run',
  'push-file',
] as const;

await using cleanup = new AsyncDisposableStack();
const { root, owner } = await newServedFolder();
for (const name of ['kept', 'deleted', 'out', 'drafts']) {
  await mkdir(join(root, name));
  await chown(join(root, name), owner.uid, owner.gid);
}
const served = await startServer();
const partner = partnerAt(served.port, partnerName, {
  connection: { maxConnections: 4 },
  tls: { ca: served.authorityPem },
  login: { user: served.user, password: served.password },
  flows: {
    // Far above the pause of a growing file, also on a busy machine.
    kept: { settled: { minAge: '10s' } },
    deleted: { after: 'delete' },
    out: { direction: 'push', trigger: ['event'], overwrite: 'replace' },
  },
});
// A killed function of the push is tried again after seconds instead of 90 minutes.
await using stage = await openScaleStage([partner], { waitScale: 0.01 });
const actions = new PartnerActions(root, owner, random);
const pushed = new Truth();
const checks = new Checks();
const counts = { actions: 0, runs: 0, kills: 0, faults: 0, reads: 0, redriven: 0 };
const samples: Resources[] = [];

say(`seed ${seed}, ${values.minutes} minutes, ${served.name}`);
const endMs = performance.now() + Number(values.minutes) * 60_000;
const isOver = () => performance.now() >= endMs;
const progress = setInterval(() => say(JSON.stringify(counts)), 30_000);
await Promise.all([act(), put(), pull('kept'), pull('deleted'), kill(), fail(), watch()]);
clearInterval(progress);
served.embedded?.clearFaults();
await actions.rest();
await comeToRest();
await compare();
report();

async function act(): Promise<void> {
  while (!isOver()) {
    await actions.act();
    counts.actions += 1;
    await sleep(50 + random.below(400));
  }
}

async function put(): Promise<void> {
  for (let number = 1; !isOver(); number += 1) {
    const again = pickOne(pushed.paths, random);
    const path = again !== undefined && random.chance(0.3) ? again : `orders/order ${number}.xml`;
    const content = Buffer.concat([
      Buffer.from(`<order number="${number}"/>`),
      Buffer.alloc(pickOne([0, 10, 40_000, 900_000], random) ?? 0, `${number} `),
    ]);
    // A newer version replaces one that is not delivered yet.
    pushed.withdraw(path);
    pushed.put(path, content);
    await stage.push(partnerName, 'out').put(path, content);
    await sleep(100 + random.below(900));
  }
}

/** Runs end in any way here: they are killed and refused. */
async function pull(flow: 'kept' | 'deleted'): Promise<void> {
  while (!isOver()) {
    await stage
      .flow(partnerName, flow)
      .pull()
      .catch(() => undefined);
    counts.runs += 1;
    await sleep(random.below(1000));
  }
}

async function kill(): Promise<void> {
  while (!isOver()) {
    await sleep(3_000 + random.below(7_000));
    const step = pickOne(killed, random);
    if (step !== undefined && stage.kill(step)) counts.kills += 1;
  }
}

/** Only the embedded server can be told to fail: with more than a few faults a minute, hardly a run ends. */
async function fail(): Promise<void> {
  while (!isOver() && served.embedded !== undefined) {
    await sleep(4_000 + random.below(16_000));
    addFault(served.embedded, random);
    counts.faults += 1;
  }
}

/** The partner's own program, which reads whatever has a final name. */
async function watch(): Promise<void> {
  while (!isOver()) {
    await sleep(200);
    for (const [path, content] of deliveredFiles()) {
      counts.reads += 1;
      checks.expect(`${path} was half-written`, pushed.isComplete(path, content));
    }
    samples.push(measureResources(globalThis.gc));
  }
}

function deliveredFiles(): readonly (readonly [string, Buffer])[] {
  return [...actions.files('out')].filter(([path]) => pushed.newest(path) !== undefined);
}

/** Runs until two in a row of both flows find nothing to do, and waits for the deliveries. */
async function comeToRest(): Promise<void> {
  for (let quiet = 0, tries = 0; quiet < 2; tries += 1) {
    const runs = [await lastRun('kept'), await lastRun('deleted')];
    const isQuiet = runs.every((run) => run !== undefined && run.moved === 0 && run.isClean);
    quiet = isQuiet ? quiet + 1 : 0;
    if (tries > 60) {
      checks.expect(`no rest after ${tries} runs: ${JSON.stringify(runs)}`, false);
      break;
    }
    await sleep(2_000);
  }
  await stage.queues.quiet();
  await redriveDeadLetters();
}

/**
 * A delivery whose function was killed in more than 20 tries waits in the dead-letter queue for an operator
 * (docs/runbook.md). The waits between tries are shortened here, so that happens within minutes. A killed
 * function keeps its connection slot for longer, so whoever redrives at once may have to do it again.
 */
async function redriveDeadLetters(): Promise<void> {
  for (let tries = 0; tries < 5 && (await stage.queues.count('pushDeadLetters')) > 0; tries += 1) {
    await sleep(slotMs);
    const moved = await redriveAll(stage.stage);
    counts.redriven += moved.reduce((sum, { messages }) => sum + messages, 0);
    await stage.queues.quiet();
  }
}

async function lastRun(flow: 'kept' | 'deleted') {
  const run = await stage
    .flow(partnerName, flow)
    .pull()
    .catch(() => undefined);
  if (run === undefined) return undefined;
  const { status, transferred, held, failed, notDisposed, disposed } = run.report;
  return {
    moved: transferred + disposed,
    isClean: status === 'succeeded' && held + failed + notDisposed === 0,
    status,
  };
}

async function compare(): Promise<void> {
  await comparePull(stage, 'kept', actions.kept);
  await comparePull(stage, 'deleted', actions.deleted);
  for (const [path, content] of actions.files('kept')) {
    checks.expect(`kept/${path} changed at the partner`, actions.kept.newest(path) === sha256(content));
  }
  const left = [...actions.files('deleted').keys()];
  checks.expect(`not deleted: ${left.join(', ')}`, left.length === 0);
  const delivered = actions.files('out');
  for (const path of pushed.paths) {
    const content = delivered.get(path);
    const isNewest = content !== undefined && sha256(content) === pushed.newest(path);
    checks.expect(`out/${path} is ${content === undefined ? 'missing' : 'not the newest'}`, isNewest);
  }
  const strange = [...delivered.keys()].filter((path) => pushed.newest(path) === undefined);
  checks.expect(`left at the partner: ${strange.join(', ')}`, strange.length === 0);
  const dead = await stage.queues.count('pushDeadLetters');
  checks.expect(`${dead} deliveries are in the dead-letter queue`, dead === 0);
  await compareResources();
}

async function comparePull({ flow }: TestStage, name: 'kept' | 'deleted', truth: Truth): Promise<void> {
  const objects = await storedVersions(stage.stage.inbox, flow(partnerName, name).prefix);
  const entries = await flow(partnerName, name).entries();
  for (const { path, hash } of truth.owed()) {
    const versions = objects.get(path) ?? [];
    checks.expect(
      `${name}/${path} was lost`,
      versions.some((version) => version.sha256 === hash),
    );
    checks.expect(
      `${name}/${path} was transferred twice`,
      versions.filter((version) => version.sha256 === hash).length <= 1,
    );
  }
  for (const [path, [current, ...older]] of objects) {
    const all = current === undefined ? older : [current, ...older];
    const isWhole = all.every((version) => truth.isComplete(path, version.sha256));
    checks.expect(`${name}/${path} has a half-written version`, isWhole);
  }
  const recorded = entries.filter((entry) => 'transferred' in entry).length;
  checks.expect(`${name}: ${recorded} entries of ${objects.size} objects`, recorded <= objects.size);
  // A file that its partner removed after a kill between object and record has an object alone.
  const present = [...actions.files(name).keys()].length;
  checks.expect(`${name}: ${recorded} entries of ${present} files`, recorded >= present);
}

async function compareResources(): Promise<void> {
  // The slot of a killed function expires after a minute.
  await sleep(slotMs);
  const held = (await slotsInUse(stage.stage.table, partnerIdSchema.parse(partnerName), new Date())).filter(
    ({ use }) => use === 'held',
  );
  checks.expect(`${held.length} connection slots are held at rest`, held.length === 0);
  if (Number(values.minutes) < minutesToJudge) {
    say(`Heap and handles are not judged: the soak is shorter than ${minutesToJudge} minutes.`);
    return;
  }
  const quarter = Math.ceil(samples.length / 4);
  const early = lowest(samples.slice(quarter, 2 * quarter));
  const late = lowest(samples.slice(-quarter));
  say(`resources: ${JSON.stringify(early)} in the second quarter, ${JSON.stringify(late)} in the last`);
  checks.expect('the heap grows', late.heapMebibytes < early.heapMebibytes * 1.5 + 50);
  checks.expect('handles are not released', late.handles < early.handles + 50);
}

function report(): void {
  say(
    `${JSON.stringify(counts)}; ${actions.kept.count + actions.deleted.count} files, ${pushed.count} objects`,
  );
  checks.end(`Seed ${seed}: ledger, bucket and partner are as written.`);
}

interface SoakServer {
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly authorityPem: string;
  readonly embedded?: FtpsServer;
}

async function startServer(): Promise<SoakServer> {
  const { ready } = await availableServers();
  const names = ['embedded', ...ready.map(({ name }) => name)];
  const name = values.server ?? pickOne(names, random) ?? 'embedded';
  const real = ready.find((each) => each.name === name);
  if (real !== undefined) {
    const server = await real.start({ security: 'explicit', root });
    cleanup.use(server);
    return server;
  }
  const authority = await createAuthority('ftps-sync soak');
  const certificate = await authority.issue({ names: ['127.0.0.1'] });
  const embedded = await startFtpsServer({
    files: new FolderTree(root),
    users: { [testUser]: testPassword },
    certificate,
  });
  cleanup.defer(() => embedded.close());
  const { port } = embedded;
  const login = { user: testUser, password: testPassword };
  return { name: 'embedded', port, ...login, authorityPem: authority.certificatePem, embedded };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
