import { drawConfig } from '../scenario/config.ts';
import { drawPullAct, drawPullRounds, playPull } from '../scenario/play-pull.ts';
import { drawPushAct, drawPushRounds, playPush } from '../scenario/play-push.ts';
import type { Act, Deed, Event, History, Outcome, Round } from './history.ts';
import { Random } from './random.ts';
import { type Request, Violation, World } from './world.ts';

/** Draws a history from its seed, and runs it. */
export function runSeed(
  seed: number,
  options: { scenario?: 'pull' | 'push' | undefined } = {},
): Promise<Outcome> {
  const random = new Random(seed);
  const config = drawConfig(random, options.scenario);
  const rounds = config.scenario === 'pull' ? drawPullRounds(random, config) : drawPushRounds(random, config);
  return run({
    config,
    rounds,
    seed,
    events: undefined,
    tells: false,
    intensity: random.pick([0, 0.3, 1, 3]),
  });
}

/** Runs a history again. Events at operations that do not come any more do nothing. */
export function replay(history: History, options: { readonly tells?: boolean } = {}): Promise<Outcome> {
  return run({ ...history, seed: 0, tells: options.tells === true, intensity: 0 });
}

interface Given {
  readonly config: History['config'];
  readonly rounds: readonly Round[];
  readonly events: readonly Event[] | undefined;
  readonly seed: number;
  readonly tells: boolean;
  readonly intensity: number;
}

async function run({ config, rounds, events, seed, tells, intensity }: Given): Promise<Outcome> {
  const drawAct = config.scenario === 'pull' ? drawPullAct : drawPushAct;
  const drawDeeds = deedsOf((random) => drawAct(random, config), intensity);
  const world = new World({ seed, startMs: config.startMs, events, drawDeeds, tells });
  const play = config.scenario === 'pull' ? playPull : playPush;
  try {
    await play(world, config, rounds);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
  }
  const { violation, story, steps, hash, drawn } = world;
  return {
    violation: violation && { invariant: violation.invariant, message: violation.message },
    history: { config, rounds, events: events ?? drawn },
    story,
    steps,
    hash,
  };
}

/** How often each deed is drawn at an operation, at the usual intensity. */
const rates = {
  act: 0.012,
  kill: 0.003,
  fail: 0.003,
  lose: 0.006,
  refuse: 0.02,
  suspend: 0.001,
  overtake: 0.05,
};

/** Where a file becomes visible, recorded, renamed or deleted, deeds are drawn more often. */
const decisive = /inbox|delete outbox|transferred|delivered|renaming|RNTO|DELE/;
const suspensionsMs = [2000, 30_000, 90_000, 5 * 60_000, 25 * 60_000] as const;

/** Meanwhile the world goes on: what follows a fault is often what makes it dangerous. */
const actAfterFault = 0.3;

function deedsOf(drawAct: (random: Random) => Act, intensity: number) {
  const drawDeed = drawDeedOf(drawAct, intensity);
  return (
    random: Random,
    pending: { readonly request: Request<unknown>; readonly waiting: number },
  ): readonly Deed[] => {
    const deed = drawDeed(random, pending);
    if (deed === undefined) return [];
    const isFault = deed.kind !== 'act' && deed.kind !== 'overtake';
    return isFault && random.chance(actAfterFault) ? [deed, { kind: 'act', act: drawAct(random) }] : [deed];
  };
}

function drawDeedOf(drawAct: (random: Random) => Act, intensity: number) {
  return (
    random: Random,
    { request, waiting }: { readonly request: Request<unknown>; readonly waiting: number },
  ): Deed | undefined => {
    const interest = decisive.test(request.label) ? 5 : 1;
    let left = random.fraction() / (intensity === 0 ? 1e-9 : intensity * interest);
    const isDrawn = (rate: number) => {
      const hit = left < rate;
      left -= rate;
      return hit && left < 0;
    };
    if (isDrawn(rates.act)) return { kind: 'act', act: drawAct(random) };
    if (isDrawn(rates.kill)) return { kind: 'kill', when: random.pick(['before', 'after']) };
    if (isDrawn(rates.fail)) return { kind: 'fail' };
    if (request.effect === 'write' && isDrawn(rates.lose))
      return { kind: 'lose', client: random.pick(['retries', 'gives-up']) };
    if (request.refused !== undefined && isDrawn(rates.refuse))
      return { kind: 'refuse', code: random.pick([550, 450, 550]) };
    if (isDrawn(rates.suspend)) return { kind: 'suspend', ms: random.pick(suspensionsMs) };
    if (waiting > 1 && isDrawn(rates.overtake)) return { kind: 'overtake', by: random.below(4) };
    return undefined;
  };
}
