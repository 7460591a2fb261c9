/**
 * The simulator: `npm run simulate -- --help`. What it does, and how to read what it prints: README.md.
 */
import { parseArgs } from 'node:util';
import { buildSimulator, type Simulator } from './build-simulator.ts';
import { checkDefences } from './check-defences.ts';
import type { Outcome } from './machine/history.ts';
import { shrink } from './machine/shrink.ts';
import { tellConfig } from './scenario/tell-config.ts';

const usage = `npm run simulate -- [options]
  --seed N          the first seed. Default: a new one
  --histories N     how many histories. Default: as many as fit into the time
  --minutes N       for how long; a fraction will do. Default: 1, or until --histories have run
  --steps N         for how many steps of the scheduler, all histories together
  --scenario NAME   pull or push. Default: both
  --all             goes on after a violation, and ends with a count of each invariant
  --json            prints one JSON object
  --defences        takes out each defence of defences.ts, and shows that its seed fails then`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    histories: { type: 'string' },
    minutes: { type: 'string' },
    steps: { type: 'string' },
    scenario: { type: 'string' },
    all: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    defences: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

interface Failure {
  readonly seed: number;
  readonly outcome: Outcome;
}

function limit(given: string | undefined, fallback: number): number {
  if (given === undefined) return fallback;
  const number = Number(given);
  if (Number.isNaN(number) || number < 0) throw new Error(`'${given}' is not a number`);
  return number;
}

function scenarioOf(given: string | undefined): 'pull' | 'push' | undefined {
  if (given === undefined || given === 'pull' || given === 'push') return given;
  throw new Error(`'${given}' is not a scenario: pull or push`);
}

async function simulate(): Promise<void> {
  const simulator = await buildSimulator();
  const scenario = scenarioOf(values.scenario);
  const firstSeed = limit(values.seed, Date.now() % 1_000_000_000);
  const maxHistories = limit(values.histories, Number.POSITIVE_INFINITY);
  const hasOtherEnd = values.histories !== undefined || values.steps !== undefined;
  const maxMs = limit(values.minutes, hasOtherEnd ? Number.POSITIVE_INFINITY : 1) * 60_000;
  const maxSteps = limit(values.steps, Number.POSITIVE_INFINITY);
  if (!values.json) print(`seed ${firstSeed}`);
  const startedMs = performance.now();
  const failures: Failure[] = [];
  let histories = 0;
  let steps = 0;
  while (histories < maxHistories && steps < maxSteps && performance.now() - startedMs < maxMs) {
    const seed = firstSeed + histories;
    const outcome = await simulator.runSeed(seed, { scenario });
    histories += 1;
    steps += outcome.steps;
    if (outcome.violation === undefined) continue;
    failures.push({ seed, outcome });
    if (!values.all) break;
  }
  const seconds = (performance.now() - startedMs) / 1000;
  await report(simulator, failures, { firstSeed, histories, steps, seconds });
  process.exitCode = failures.length === 0 ? 0 : 1;
}

interface Totals {
  readonly firstSeed: number;
  readonly histories: number;
  readonly steps: number;
  readonly seconds: number;
}

async function report(simulator: Simulator, failures: readonly Failure[], totals: Totals): Promise<void> {
  const { histories, steps, seconds } = totals;
  const perSecond = Math.round(histories / seconds);
  const byInvariant = Map.groupBy(failures, ({ outcome }) => outcome.violation?.invariant ?? '');
  const shortest: Outcome[] = [];
  for (const [first] of byInvariant.values()) {
    if (first === undefined) continue;
    const found = await shortestOf(simulator, first);
    shortest.push(found);
    if (!values.json) printShortest(first.seed, found);
  }
  if (values.json) {
    const violations = failures.map(({ seed, outcome }) => ({ seed, ...outcome.violation }));
    print(JSON.stringify({ ...totals, perSecond, violations, shortest }));
    return;
  }
  for (const [invariant, found] of byInvariant)
    print(`${invariant}: ${found.length} histories, seeds ${found.slice(0, 10).map(({ seed }) => seed)}`);
  print(`${histories} histories, ${steps} steps in ${seconds.toFixed(1)} s: ${perSecond} histories a second`);
}

function printShortest(seed: number, { violation, history, story }: Outcome): void {
  print(`\nseed ${seed} violates ${violation?.invariant}: ${violation?.message}`);
  print(`\nIts shortest history, with ${history.events.length} faults and acts between two operations:`);
  print(`${tellConfig(history.config)}\n${story.join('\n')}`);
}

/** The shortest history with the same violation, told in plain English. */
async function shortestOf(simulator: Simulator, { outcome }: Failure): Promise<Outcome> {
  const invariant = outcome.violation?.invariant;
  const history = await shrink(
    outcome.history,
    async (shorter) => (await simulator.replay(shorter)).violation?.invariant === invariant,
  );
  return simulator.replay(history, { tells: true });
}

if (values.help) print(usage);
else if (values.defences) process.exitCode = (await checkDefences(print)) ? 0 : 1;
else await simulate();
