import {
  applyWrite,
  type Item,
  type ItemWrite,
  type WriteAnswer,
} from '../../../../lambdas/core/ledger/item-write.ts';
import type { Step } from './explorer.ts';

/** A worker that sends writes and waits for their answers. A dead one does neither. */
export interface Worker {
  readonly name: string;
  readonly at: string;
  /** The number of its last write. It waits for the answer if it has not come yet. */
  readonly sent: number;
  readonly isWaiting: boolean;
}

/** A write on its way to the table. */
interface Letter {
  readonly worker: string;
  readonly number: number;
  readonly key: string;
  readonly write: ItemWrite;
}

/**
 * A table behind a network that loses answers and delivers requests late and more than once, as the SDK sends
 * a request again when its answer does not come.
 */
export interface LossyState<W extends Worker> {
  readonly items: Readonly<Record<string, Item>>;
  readonly network: readonly Letter[];
  readonly workers: readonly W[];
  /** How often a request may still be sent again, by all workers together. */
  readonly repetitions: number;
}

export function itemOf(state: { readonly items: Readonly<Record<string, Item>> }, key: string): Item {
  return state.items[key] ?? {};
}

/** Replaces a worker by itself with the changes. */
export function withWorker<W extends Worker, S extends LossyState<W>>(state: S, worker: W): S {
  return { ...state, workers: state.workers.map((each) => (each.name === worker.name ? worker : each)) };
}

/** Sends a write, and lets the worker wait for its answer. */
export function send<W extends Worker, S extends LossyState<W>>(
  state: S,
  worker: W,
  { key, write }: { readonly key: string; readonly write: ItemWrite },
): S {
  const number = worker.sent + 1;
  const letter = { worker: worker.name, number, key, write };
  const sent = withWorker<W, S>(state, { ...worker, sent: number, isWaiting: true });
  return { ...sent, network: posted(state.network, letter) };
}

/** In one order, whatever the order of sending: the network has none. */
function posted(network: readonly Letter[], letter: Letter): readonly Letter[] {
  return [...network, letter].toSorted((a, b) => a.worker.localeCompare(b.worker) || a.number - b.number);
}

/**
 * What the network may do next: deliver a write and its answer, lose the answer, or deliver a write again.
 */
export function networkSteps<W extends Worker, S extends LossyState<W>>(
  state: S,
  /** What the worker does with the answer. It waits no longer. */
  answered: (state: S, worker: W, answer: WriteAnswer) => S,
): readonly Step<S>[] {
  return state.network.flatMap((letter, index): readonly Step<S>[] => {
    const answer = applyWrite(itemOf(state, letter.key), letter.write);
    const others = state.network.filter((_, other) => other !== index);
    const items = answer.kind === 'written' ? { ...state.items, [letter.key]: answer.item } : state.items;
    const delivered = { ...state, items, network: others };
    const worker = state.workers.find(({ name }) => name === letter.worker);
    const name = `${letter.worker}'s write ${letter.number} is ${answer.kind}`;
    if (worker === undefined || !worker.isWaiting || worker.sent !== letter.number)
      return [{ name: `${name}, late`, next: delivered }];
    const told = answered(delivered, { ...worker, isWaiting: false }, answer);
    if (state.repetitions === 0) return [{ name, next: told }];
    const repetitions = state.repetitions - 1;
    return [
      { name, next: told },
      {
        name: `${name}, and its answer is lost`,
        next: { ...delivered, network: posted(others, letter), repetitions },
      },
      {
        name: `${letter.worker} sends its write ${letter.number} again before it is delivered`,
        next: { ...state, network: posted(state.network, letter), repetitions },
      },
    ];
  });
}
