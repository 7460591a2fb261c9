import { describe, expect, it } from 'vitest';
import { absentOr, type ItemWrite } from '../../../../lambdas/core/ledger/item-write.ts';
import * as rules from '../../../../lambdas/core/ledger/slot-rules.ts';
import { explore, type Protocol, type Step } from './explorer.ts';
import { itemOf, type LossyState, networkSteps, send, type Worker, withWorker } from './lossy-table.ts';

/** A worker with a session in the slot until `untilMs`, by its own clock. */
interface SlotWorker extends Worker {
  readonly at: 'idle' | 'taking' | 'holding' | 'renewing' | 'releasing' | 'done';
  readonly asksUntil: number;
  readonly until: number;
  readonly takings: number;
}

interface SlotState extends LossyState<SlotWorker> {
  readonly now: number;
}

type SlotRules = typeof rules;

const lastTime = 3;
/** For how many ticks a slot is held. */
const held = 2;
const key = 'slot';
const noTwoHolders = 'no two workers have a session in the slot';

const workerOf = (name: string): SlotWorker => ({
  ...{ name, at: 'idle', sent: 0, isWaiting: false, asksUntil: 0, until: 0, takings: 0 },
});

interface Bounds {
  /** How often each worker takes the slot at most. */
  readonly maxTakings: number;
  readonly repetitions: number;
}

/** Two workers and one slot, with sleep at every point, kills, lost answers and late requests. */
function slotProtocol(
  { takeSlotWrite, renewSlotWrite, releaseSlotWrite }: SlotRules,
  { maxTakings, repetitions }: Bounds,
): Protocol<SlotState> {
  const holderOf = ({ name, takings }: SlotWorker) => `${name}-${takings}`;

  function steps(state: SlotState): readonly Step<SlotState>[] {
    const { now } = state;
    const isOver = state.workers.every(({ at }) => at === 'done');
    const tick =
      now < (isOver ? lastTime + held : lastTime)
        ? [{ name: 'time passes', next: { ...state, now: now + 1 } }]
        : [];
    const acts = state.workers.filter(({ isWaiting }) => !isWaiting).flatMap((worker) => act(state, worker));
    return [...tick, ...acts, ...networkSteps<SlotWorker, SlotState>(state, answered)];
  }

  function act(state: SlotState, worker: SlotWorker): readonly Step<SlotState>[] {
    const { name } = worker;
    const nowMs = state.now;
    const untilMs = nowMs + held;
    const begin = (at: SlotWorker['at'], write: Parameters<typeof send>[2]['write'], changes = {}) =>
      send<SlotWorker, SlotState>(state, { ...worker, at, asksUntil: untilMs, ...changes }, { key, write });
    if (worker.at === 'idle') {
      const takings = worker.takings + 1;
      const holder = holderOf({ ...worker, takings });
      const write = takeSlotWrite({ holder, nowMs, untilMs });
      return [
        { name: `${name} takes the slot`, next: begin('taking', write, { takings }) },
        {
          name: `${name} is done`,
          next: withWorker<SlotWorker, SlotState>(state, { ...worker, at: 'done' }),
        },
      ];
    }
    if (worker.at !== 'holding') return [];
    const holder = holderOf(worker);
    return [
      { name: `${name} renews`, next: begin('renewing', renewSlotWrite(holder, untilMs)) },
      { name: `${name} releases`, next: begin('releasing', releaseSlotWrite(holder, nowMs), { until: 0 }) },
      {
        name: `${name} is killed`,
        next: withWorker<SlotWorker, SlotState>(state, { ...worker, at: 'done', until: 0 }),
      },
    ];
  }

  function answered(
    state: SlotState,
    worker: SlotWorker,
    { kind }: { kind: 'written' | 'refused' },
  ): SlotState {
    const becomes = (at: SlotWorker['at'], until: number) =>
      withWorker<SlotWorker, SlotState>(state, { ...worker, at, until });
    switch (worker.at) {
      case 'taking':
        return kind === 'written' ? becomes('holding', worker.asksUntil) : becomes('idle', 0);
      case 'renewing':
        return kind === 'written' ? becomes('holding', worker.asksUntil) : becomes('done', 0);
      default:
        return becomes('idle', 0);
    }
  }

  return {
    initial: { items: {}, network: [], workers: [workerOf('A'), workerOf('B')], repetitions, now: 0 },
    steps: (state) =>
      steps(state).filter(({ next }) =>
        next.workers.every(({ takings, sent }) => takings <= maxTakings && sent <= 3),
      ),
    invariants: {
      [noTwoHolders]: ({ workers, now }) => workers.filter(({ until }) => now < until).length <= 1,
    },
    isAtRest: (state) =>
      state.network.length === 0 &&
      state.workers.every(({ at }) => at === 'done') &&
      isFree(itemOf(state, key), state.now),
  };
}

function isFree({ untilMs }: Readonly<Record<string, unknown>>, now: number): boolean {
  return typeof untilMs !== 'number' || untilMs <= now;
}

/** The rules with one of their conditions taken out, and what happens then. */
const broken: readonly (readonly [string, Partial<SlotRules>])[] = [
  [
    'the slot is taken although it is not free',
    {
      takeSlotWrite: ({ holder, untilMs }): ItemWrite => ({
        condition: { kind: 'absent', path: 'never' },
        ...{ set: { holder, untilMs }, remove: [] },
        proof: { kind: 'repeatable' },
      }),
    },
  ],
  [
    'a request to take the slot is performed again after it was renewed',
    {
      takeSlotWrite: ({ holder, nowMs, untilMs }): ItemWrite => {
        const isFree = absentOr({ kind: 'at-most', path: 'untilMs', value: nowMs });
        return {
          condition: { kind: 'any', of: [isFree, { kind: 'equal', path: 'holder', value: holder }] },
          ...{ set: { holder, untilMs }, remove: [] },
          proof: { kind: 'repeatable' },
        };
      },
    },
  ],
  [
    'a slot is renewed that another has taken',
    {
      renewSlotWrite: (_, untilMs): ItemWrite => ({
        condition: { kind: 'present', path: 'untilMs' },
        ...{ set: { untilMs }, remove: [] },
        proof: { kind: 'repeatable' },
      }),
    },
  ],
  [
    'a slot is released that another has taken',
    {
      releaseSlotWrite: (_, untilMs): ItemWrite => ({
        condition: { kind: 'present', path: 'untilMs' },
        ...{ set: { untilMs }, remove: ['holder'] },
        proof: { kind: 'unreported' },
      }),
    },
  ],
];

const onceWithLostAnswer = { maxTakings: 1, repetitions: 1 };
const twice = { maxTakings: 2, repetitions: 0 };

describe('two workers at one slot', () => {
  it.each([
    ['whatever answer is lost', onceWithLostAnswer, 70_000],
    ['however often they take it', twice, 20_000],
  ])('never have it both, and it is free in the end, %s', (_, bounds, states) => {
    const found = explore(slotProtocol(rules, bounds));

    expect(found.violation).toBeUndefined();
    expect(found.states).toBeGreaterThan(states);
  });

  it.each(broken)('have it both if %s', (_, rule) => {
    const used = { ...rules, ...rule };

    const { violation } = explore(slotProtocol(used, twice));
    const { violation: withLostAnswer } = explore(slotProtocol(used, onceWithLostAnswer));

    expect((violation ?? withLostAnswer)?.title).toBe(noTwoHolders);
  });
});
