/** A protocol of several workers, as all the states that it can be in. A state is plain data. */
export interface Protocol<State> {
  readonly initial: State;
  /** Everything that may happen next. */
  readonly steps: (state: State) => readonly Step<State>[];
  /** What must hold in each state, by its title. */
  readonly invariants: Readonly<Record<string, (state: State) => boolean>>;
  /** Whether all that was to be done is done. */
  readonly isAtRest: (state: State) => boolean;
}

export interface Step<State> {
  readonly name: string;
  readonly next: State;
}

export interface Exploration {
  readonly states: number;
  readonly steps: number;
  /** A shortest history to a state that violates an invariant, or from which no rest can be reached. */
  readonly violation: { readonly title: string; readonly history: readonly string[] } | undefined;
}

export const neverAtRest = 'comes to rest';

/** Beyond, the exploration takes too long for a test, or the protocol has no end. */
const maxStates = 500_000;

interface Visited {
  readonly before: string | undefined;
  readonly step: string;
}

/**
 * Explores every state that the protocol can reach, breadth first, so that a violation has a shortest
 * history. Then goes back from the states at rest, to find states from which none can be reached.
 */
export function explore<State>(protocol: Protocol<State>): Exploration {
  const { initial, steps, invariants, isAtRest } = protocol;
  const start = keyOf(initial);
  const visited = new Map<string, Visited>([[start, { before: undefined, step: 'start' }]]);
  const cameFrom = new Map<string, string[]>();
  const atRest: string[] = [];
  let taken = 0;
  let violation: Exploration['violation'];
  let level: readonly (readonly [string, State])[] = [[start, initial]];
  while (level.length > 0 && violation === undefined) {
    const following: [string, State][] = [];
    for (const [key, state] of level) {
      const broken = Object.entries(invariants).find(([, holds]) => !holds(state));
      if (broken !== undefined) violation ??= { title: broken[0], history: historyOf(key, visited) };
      if (isAtRest(state)) atRest.push(key);
      for (const { name, next } of steps(state)) {
        taken += 1;
        const nextKey = keyOf(next);
        const from = cameFrom.get(nextKey);
        if (from === undefined) cameFrom.set(nextKey, [key]);
        else from.push(key);
        if (visited.has(nextKey)) continue;
        visited.set(nextKey, { before: key, step: name });
        following.push([nextKey, next]);
      }
    }
    level = following;
    if (visited.size > maxStates)
      throw new Error(`The protocol has more than ${maxStates} states: bound it.`);
  }
  violation ??= findStuck(visited, { atRest, cameFrom });
  return { states: visited.size, steps: taken, violation };
}

function findStuck(
  visited: ReadonlyMap<string, Visited>,
  {
    atRest,
    cameFrom,
  }: { readonly atRest: readonly string[]; readonly cameFrom: ReadonlyMap<string, string[]> },
): Exploration['violation'] {
  const resting = new Set(atRest);
  const open = [...atRest];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    for (const before of cameFrom.get(key) ?? []) {
      if (resting.has(before)) continue;
      resting.add(before);
      open.push(before);
    }
  }
  const stuck = [...visited.keys()].find((key) => !resting.has(key));
  return stuck === undefined ? undefined : { title: neverAtRest, history: historyOf(stuck, visited) };
}

function historyOf(key: string, visited: ReadonlyMap<string, Visited>): string[] {
  const history: string[] = [];
  for (let at: string | undefined = key; at !== undefined; ) {
    const found: Visited | undefined = visited.get(at);
    if (found?.before !== undefined) history.unshift(found.step);
    at = found?.before;
  }
  return history;
}

/** Of the parts of states, most of which the next state shares. */
const keys = new WeakMap<object, string>();

/** The same for equal states, whatever the order of their attributes. */
function keyOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const known = keys.get(value);
  if (known !== undefined) return known;
  const key = Array.isArray(value) ? `[${value.map(keyOf).join()}]` : keyOfMap(value);
  keys.set(value, key);
  return key;
}

function keyOfMap(map: object): string {
  const entries = Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${name}:${keyOf(inner)}`).join()}}`;
}
