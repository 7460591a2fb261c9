import type { Act, Round } from '../machine/history.ts';
import type { Random } from '../machine/random.ts';
import type { World } from '../machine/world.ts';
import type { Config } from './config.ts';
import { ConnectionInvariants } from './connection-invariants.ts';
import { OutboxActs } from './outbox-acts.ts';
import { PushPlant } from './push.ts';
import { PushInvariants } from './push-invariants.ts';
import { Setting } from './setting.ts';

const hourMs = 60 * 60_000;

export function drawPushAct(random: Random, { files }: Config): Act {
  const file = random.pick(files);
  const kind = random.below(14);
  if (kind < 5) return drawPut(random, file);
  if (kind < 6) return { kind: 'delete-object', file };
  if (kind < 8) return { kind: 'foreign', file };
  if (kind < 10) return { kind: 'take', file };
  return { kind: 'connections', to: 1 + random.below(3) };
}

/** S3 delivers an event at least once, usually within a second, and in no order; here also never. */
function drawPut(random: Random, file: string): Act {
  const delaysMs = random.pick<readonly number[]>([[500], [500], [500, 700], [100, 60_000], [120_000], []]);
  return { kind: 'put-object', file, bytes: random.pick(['same-size', 'other-size', 'same']), delaysMs };
}

export function drawPushRounds(random: Random, config: Config): readonly Round[] {
  const rounds = Array.from({ length: 1 + random.below(3) }, () =>
    random.chance(0.2) ? drawRemedy(random, config) : drawRound(random, config),
  );
  const first = {
    acts: [drawPut(random, config.files[0])],
    waitMs: 1000,
    starts: random.below(2),
    late: drawLate(random, config),
  };
  return [first, ...rounds];
}

function drawRound(random: Random, config: Config): Round {
  return {
    acts: Array.from({ length: random.below(4) }, () => drawPushAct(random, config)),
    waitMs: random.pick([100, 1000, 10_000, 130_000, hourMs]),
    starts: random.pick([0, 1, 1, 2]),
    late: drawLate(random, config),
  };
}

/** Deliveries are in progress when an operator changes `maxConnections` and starts a run. */
function drawRemedy(random: Random, { files }: Config): Round {
  const put: Act = {
    kind: 'put-object',
    file: random.pick(files),
    bytes: random.pick(['same-size', 'other-size']),
    delaysMs: [100],
  };
  const change: Act = { kind: 'connections', to: 1 + random.below(3) };
  const late = { afterMs: random.pick([200, 300, 400, 600]), acts: [change], starts: 1 };
  return { acts: [put], waitMs: 100, starts: 0, late };
}

function drawLate(random: Random, config: Config): Round['late'] {
  const acts = Array.from({ length: random.below(3) }, () => drawPushAct(random, config));
  return { afterMs: random.pick([50, 300, 800, 2000]), acts, starts: random.pick([0, 0, 1]) };
}

/** Plays a history of a push, and what follows it when nothing disturbs it any more. @throws Violation */
export async function playPush(world: World, config: Config, rounds: readonly Round[]): Promise<void> {
  const invariants = new PushInvariants();
  const connections = new ConnectionInvariants();
  const setting = new Setting(world, config, {
    ledger: ({ sk }, after, before) => {
      invariants.everyRecordedDeliveryHappened(after, before);
      connections.noRefusedLoginCountsTwice(sk, after);
    },
    bucket: (put) => invariants.onlyDeliveredObjectsAreDeleted(put),
    ftp: {
      removes: () => undefined,
      renames: (_from, to, inode, over) => {
        invariants.onlyWholeObjectsAppear(to, inode.bytes);
        invariants.noOlderVersionReplacesANewerOne(to, inode, over);
        invariants.noFileOfOthersIsReplaced(to, over);
        invariants.placed(to, inode);
      },
      stores: (path) => invariants.nothingIsWrittenInPlace(path),
      writes: (path, inode) => invariants.onlyWholeObjectsAppear(path, inode.bytes),
      opens: () => connections.neverMoreSessionsThanAllowed(),
    },
  });
  invariants.use(setting);
  connections.use(setting);
  const plant = new PushPlant(setting);
  const acts = new OutboxActs(setting, plant);
  const perform = (act: Act) => {
    invariants.isActing = true;
    acts.perform(act);
    invariants.isActing = false;
  };
  world.act = perform;
  world.check = plant.pump;

  for (const { acts: before, waitMs, starts, late } of rounds) {
    for (const act of before) perform(act);
    await world.runFor(waitMs);
    for (let start = 0; start < starts; start++) plant.startReconcile();
    await world.runFor(late.afterMs);
    for (const act of late.acts) perform(act);
    for (let start = 0; start < late.starts; start++) plant.startReconcile();
    await world.runUntil(() => plant.isQuiet);
  }

  world.isCalm = true;
  world.tell(() => 'from now on nothing disturbs');
  await world.runFor(12 * hourMs);
  for (let clean = 0; clean < 2; clean++) {
    plant.startReconcile();
    await world.runFor(6 * hourMs);
  }
  invariants.everyObjectIsDelivered();
  invariants.thePartnerHasWhatWasRecordedLast();
  if (world.violation !== undefined) throw world.violation;
}
