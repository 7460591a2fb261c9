import type { History, Round } from './history.ts';

/** Whether a history still violates the invariant. */
type Violates = (history: History) => Promise<boolean>;

/**
 * The shortest history that still violates the invariant: events, rounds and acts are left out, in ever
 * smaller groups (delta debugging, Zeller 2002), then the settings are made simpler, until nothing can go.
 */
export async function shrink(history: History, violates: Violates): Promise<History> {
  let best = history;
  for (let size = Number.POSITIVE_INFINITY; sizeOf(best) < size; ) {
    size = sizeOf(best);
    best = await fewerEvents(best, violates);
    best = await fewerRounds(best, violates);
    best = await fewerActs(best, violates);
    best = await simplerConfig(best, violates);
  }
  return best;
}

function sizeOf({ events, rounds, config }: History): number {
  const acts = rounds.reduce(
    (sum, { acts: before, starts, late }) => sum + before.length + starts + late.acts.length + late.starts,
    0,
  );
  return events.length + rounds.length + acts + complexity(config);
}

async function fewerEvents(history: History, violates: Violates): Promise<History> {
  const events = await without(history.events, (kept) => violates({ ...history, events: kept }));
  return { ...history, events };
}

async function fewerRounds(history: History, violates: Violates): Promise<History> {
  const rounds = await without(history.rounds, (kept) => violates({ ...history, rounds: kept }));
  return { ...history, rounds };
}

async function fewerActs(history: History, violates: Violates): Promise<History> {
  let rounds = history.rounds;
  for (const [index, round] of rounds.entries()) {
    const replaced = (given: Round) => rounds.map((other, position) => (position === index ? given : other));
    const test = (given: Round) => violates({ ...history, rounds: replaced(given) });
    const acts = await without(round.acts, (kept) => test({ ...round, acts: kept }));
    const late = await without(round.late.acts, (kept) =>
      test({ ...round, acts, late: { ...round.late, acts: kept } }),
    );
    const shorter = { ...round, acts, late: { ...round.late, acts: late } };
    const candidates = [
      { ...shorter, starts: Math.min(1, round.starts), late: { ...shorter.late, starts: 0 } },
      { ...shorter, starts: Math.min(1, round.starts) },
      { ...shorter, late: { ...shorter.late, starts: 0 } },
    ];
    let kept = shorter;
    for (const candidate of candidates) {
      if (kept !== shorter || !(await test(candidate))) continue;
      kept = candidate;
    }
    rounds = replaced(kept);
  }
  return { ...history, rounds };
}

/** Leaves out as many items as it can, in halves, quarters, and finally one by one. */
async function without<T>(
  items: readonly T[],
  holds: (kept: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = items;
  for (let size = kept.length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < kept.length; ) {
      const fewer = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (await holds(fewer)) kept = fewer;
      else start += size;
    }
  }
  return kept;
}

type Config = History['config'];

const simplifications: readonly ((config: Config) => Config)[] = [
  (config) => ({ ...config, files: [config.files[0]] }),
  (config) => ({ ...config, archive: { count: 0, ageDays: 1 } }),
  (config) => ({ ...config, server: { ...config.server, unique: false } }),
  (config) => ({ ...config, server: { ...config.server, size: true } }),
  (config) => ({ ...config, server: { ...config.server, mdtm: true } }),
  (config) => ({ ...config, server: { ...config.server, mlsd: true } }),
  (config) => ({ ...config, server: { ...config.server, zone: 'UTC' } }),
  (config) => ({ ...config, server: { ...config.server, renamesOver: true } }),
  (config) => ({ ...config, connection: { ...config.connection, timeZone: 'right' } }),
  (config) => ({ ...config, connection: { ...config.connection, maxConnections: 1 } }),
  (config) => ({ ...config, pull: { ...config.pull, after: 'keep' } }),
  (config) => ({ ...config, pull: { ...config.pull, doneFile: false } }),
  (config) => ({ ...config, pull: { ...config.pull, unchangedListings: 1 } }),
  (config) => ({ ...config, push: { ...config.push, after: 'keep' } }),
  (config) => ({ ...config, push: { ...config.push, doneFile: false } }),
  (config) => ({ ...config, push: { ...config.push, overwrite: 'replace' } }),
];

function complexity(config: Config): number {
  return simplifications.filter((simplify) => !isSame(simplify(config), config)).length;
}

async function simplerConfig(history: History, violates: Violates): Promise<History> {
  let best = history;
  for (const simplify of simplifications) {
    const simpler = { ...best, config: simplify(best.config) };
    if (!isSame(simpler.config, best.config) && (await violates(simpler))) best = simpler;
  }
  return best;
}

function isSame(a: Config, b: Config): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
