import { describe, expect, it } from 'vitest';
import {
  type Circuit,
  initialCircuit,
  noticeOf,
  withRefusal,
} from '../../../../lambdas/core/connection/circuit.ts';
import { circuitWrite, revisionOf } from '../../../../lambdas/core/ledger/circuit-rules.ts';
import type { Item, ItemWrite } from '../../../../lambdas/core/ledger/item-write.ts';
import { explore, type Protocol, type Step } from './explorer.ts';
import { itemOf, type LossyState, networkSteps, send, type Worker, withWorker } from './lossy-table.ts';

/** A refused login: it reads the circuit, counts itself, and publishes the opening that is its own. */
interface RefusedLogin extends Worker {
  readonly at: 'refused' | 'counting' | 'ended';
}

interface CircuitState extends LossyState<RefusedLogin> {
  /** How often the opening was published. */
  readonly published: number;
}

interface CircuitRules {
  readonly withRefusal: typeof withRefusal;
  readonly circuitWrite: typeof circuitWrite;
}

const key = 'circuit';
const names = ['A', 'B', 'C'];

function circuitOf(item: Item): Circuit {
  return { ...initialCircuit, ...(item as Partial<Circuit>) };
}

function circuitProtocol(used: CircuitRules): Protocol<CircuitState> {
  function count(state: CircuitState, login: RefusedLogin, item: Item): CircuitState {
    const before = circuitOf(item);
    const after = used.withRefusal(before, { id: login.name, version: 'v1', nowMs: 0 }, '530 No.');
    if (after === before) return end(state, login, before);
    const change = { revision: revisionOf(item), id: `${login.name}-${login.sent + 1}` };
    const counting: RefusedLogin = { ...login, at: 'counting' };
    return send<RefusedLogin, CircuitState>(state, counting, {
      key,
      write: used.circuitWrite(after, change),
    });
  }

  function end(state: CircuitState, login: RefusedLogin, circuit: Circuit): CircuitState {
    const published = state.published + (noticeOf(circuit, login.name) === undefined ? 0 : 1);
    return withWorker<RefusedLogin, CircuitState>({ ...state, published }, { ...login, at: 'ended' });
  }

  return {
    initial: {
      items: {},
      network: [],
      workers: names.map((name) => ({ name, at: 'refused', sent: 0, isWaiting: false })),
      repetitions: 1,
      published: 0,
    },
    steps: (state): readonly Step<CircuitState>[] => [
      ...state.workers
        .filter(({ at }) => at === 'refused')
        .map((login) => ({
          name: `${login.name} was refused, and reads the circuit`,
          next: count(state, login, itemOf(state, key)),
        })),
      ...networkSteps<RefusedLogin, CircuitState>(state, (delivered, login, { kind, item }) =>
        kind === 'written' ? end(delivered, login, circuitOf(item)) : count(delivered, login, item),
      ),
    ],
    invariants: {
      [countedOnce]: ({ items, workers }) =>
        (circuitOf(items[key] ?? {}).refused?.count ?? 0) <= workers.filter(({ sent }) => sent > 0).length,
      [publishedOnce]: ({ published }) => published <= 1,
    },
    isAtRest: ({ network, workers, published }) =>
      network.length === 0 && workers.every(({ at }) => at === 'ended') && published === 1,
  };
}

const countedOnce = 'no refused login is counted twice';
const publishedOnce = 'the opening is published once';

/** Without the ids of the logins that were counted. */
const withoutLogins: typeof withRefusal = (circuit, login, message) => ({
  ...withRefusal({ ...circuit, countedLogins: [] }, login, message),
  countedLogins: [],
});

/** Without the mark by which a change recognizes itself. */
const withoutStamp: typeof circuitWrite = (circuit, change): ItemWrite => {
  const { condition, set, remove } = circuitWrite(circuit, change);
  return {
    condition: condition ?? { kind: 'absent', path: 'never' },
    set,
    remove,
    proof: { kind: 'unreported' },
  };
};

describe('three logins that are refused at once', () => {
  it('are counted once each, and one publishes that the circuit has opened, whatever answer is lost', () => {
    const { states, violation } = explore(circuitProtocol({ withRefusal, circuitWrite }));

    expect(violation).toBeUndefined();
    expect(states).toBeGreaterThan(100);
  });

  it('are counted twice if neither the change nor the login leaves its id', () => {
    const { violation } = explore(
      circuitProtocol({ withRefusal: withoutLogins, circuitWrite: withoutStamp }),
    );

    expect(violation?.title).toBe(countedOnce);
  });
});
