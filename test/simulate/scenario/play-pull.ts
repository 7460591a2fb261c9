import type { Act, FileTime, Round } from '../machine/history.ts';
import type { Random } from '../machine/random.ts';
import type { World } from '../machine/world.ts';
import type { Config } from './config.ts';
import { ConnectionInvariants } from './connection-invariants.ts';
import { PartnerActs } from './partner-acts.ts';
import { PullWorkflow } from './pull.ts';
import { PullInvariants } from './pull-invariants.ts';
import { Setting } from './setting.ts';
import { Truth } from './truth.ts';

const hourMs = 60 * 60_000;

/** Where a listing shows minutes, what changes within one is what matters. */
const secondsTold: readonly [FileTime, ...FileTime[]] = ['now', 'now', 'same-minute', 'same', 'last-summer'];
const minutesTold: readonly [FileTime, ...FileTime[]] = [
  'now',
  'now',
  'same-minute',
  'same-minute',
  'last-summer',
];

export function drawPullAct(random: Random, { files, pull, server }: Config): Act {
  const file = random.pick(files);
  const kind = random.below(10);
  if (kind < 4) {
    return {
      kind: 'put',
      file,
      bytes: random.pick(['same-size', 'same-size', 'other-size', 'same']),
      time: random.pick(server.mlsd ? secondsTold : minutesTold),
    };
  }
  // Only where a flow has a rule that makes a file wait may the partner write in parts.
  const mayGrow = pull.doneFile || pull.minAgeSeconds > 60;
  if (kind < 7 && mayGrow) return { kind: random.pick(['begin', 'grow', 'end']), file };
  if (kind === 7 && pull.doneFile) return { kind: 'mark', file };
  if (kind === 8) return { kind: random.pick(['remove', 'touch']), file };
  return { kind: 'rename', file, to: random.pick(files) };
}

/** Of a pull, the deeds between two operations are enough. */
const nothingLate: Round['late'] = { afterMs: 0, acts: [], starts: 0 };

export function drawPullRounds(random: Random, config: Config): readonly Round[] {
  const rounds = Array.from({ length: 1 + random.below(3) }, () => ({
    acts: Array.from({ length: random.below(4) }, () => drawPullAct(random, config)),
    waitMs: random.pick([1000, 10_000, 130_000, 200_000, hourMs, 24 * hourMs]),
    starts: random.pick([1, 1, 1, 2]),
    late: nothingLate,
  }));
  const first: Act = { kind: 'put', file: config.files[0], bytes: 'same-size', time: 'now' };
  return [{ acts: [first], waitMs: random.pick([1000, 200_000]), starts: 1, late: nothingLate }, ...rounds];
}

/** Plays a history of a pull, and what follows it when nothing disturbs it any more. @throws Violation */
export async function playPull(world: World, config: Config, rounds: readonly Round[]): Promise<void> {
  const truth = new Truth();
  const invariants = new PullInvariants(truth);
  const connections = new ConnectionInvariants();
  const setting = new Setting(world, config, {
    ledger: ({ sk }, after, before) => {
      invariants.everythingRecordedIsVisible(after, before);
      connections.noRefusedLoginCountsTwice(sk, after);
    },
    bucket: (put) => {
      invariants.onlySettledVersionsAreVisible(put);
      invariants.noOlderVersionReplacesANewerOne(put);
      invariants.theLedgerCanBeRebuilt(put);
    },
    ftp: {
      removes: (path, inode, by) => invariants.onlyRecordedVersionsAreDisposedOf(path, inode, by),
      renames: (path, _to, inode, _over, by) => invariants.onlyRecordedVersionsAreDisposedOf(path, inode, by),
      stores: () => undefined,
      opens: () => connections.neverMoreSessionsThanAllowed(),
    },
  });
  invariants.use(setting);
  connections.use(setting);
  const acts = new PartnerActs(setting, truth);
  const workflow = new PullWorkflow(setting);
  world.act = (act) => acts.perform(act);
  acts.putArchive(config.archive.count, config.archive.ageDays);

  for (const { acts: before, waitMs, starts } of rounds) {
    for (const act of before) acts.perform(act);
    await world.runFor(waitMs);
    for (let start = 0; start < starts; start++) {
      workflow.start();
      if (start + 1 < starts) await world.runFor(2000);
    }
    await world.runUntil(() => workflow.areAllEnded);
  }

  world.isCalm = true;
  world.tell(() => 'from now on nothing disturbs');
  await world.runFor(hourMs);
  acts.endAll();
  await world.runFor(3 * hourMs);
  for (let clean = 0; clean < 1 + config.pull.unchangedListings; clean++) {
    workflow.start();
    await world.runUntil(() => workflow.areAllEnded);
    if (clean === 0) invariants.settledFilesAreTakenByTheNextRun();
    await world.runFor(hourMs);
  }
  invariants.everySettledFileIsTransferredOnce();
  if (world.violation !== undefined) throw world.violation;
}
