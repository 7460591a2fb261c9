import { describe, expect, it } from 'vitest';
import { claimEventWrite } from '../../../../lambdas/core/ledger/entry-rules.ts';
import type { Item } from '../../../../lambdas/core/ledger/item-write.ts';
import { explore, neverAtRest, type Protocol, type Step } from './explorer.ts';
import { itemOf, type LossyState, networkSteps, send, type Worker, withWorker } from './lossy-table.ts';

/** An invocation of route-object with one event: it claims the event, and sends the version's message. */
interface Router extends Worker {
  readonly at: 'idle' | 'claiming' | 'sending';
  readonly version: Version | undefined;
}

type Version = 'v1' | 'v2';
type Counts = Readonly<Record<Version, number>>;

interface EventState extends LossyState<Router> {
  /** How often the queue of events still hands out each event. */
  readonly queued: Counts;
  /** How often it may hand one out that it hands out again. */
  readonly copies: number;
  /** How many routers may still die, after which their event comes again. */
  readonly deaths: number;
  /** The versions whose message is in the push queue, which drops what is there twice. */
  readonly sent: readonly Version[];
  /** The event of an older version was claimed after that of a newer one. */
  readonly wentBack: boolean;
}

type Bounds = Pick<EventState, 'repetitions' | 'copies' | 'deaths'>;
type ClaimWrite = typeof claimEventWrite;

const key = 'entry';
const versions: readonly Version[] = ['v1', 'v2'];
const sequencers: Readonly<Record<Version, string>> = { v1: '0001', v2: '0002' };

function claimedIn(item: Item): string {
  const { claimed } = item as { readonly claimed?: { readonly sequencer: string } };
  return claimed?.sequencer ?? '';
}

/**
 * Two routers and the events of two versions of one key, in any order and more than once. A router may die
 * before or after its claim and its message; the queue of events hands its event out again then.
 */
function eventProtocol(claimWrite: ClaimWrite, bounds: Bounds): Protocol<EventState> {
  const become = (state: EventState, router: Router) => withWorker<Router, EventState>(state, router);
  const idle = (router: Router): Router => ({
    ...router,
    at: 'idle',
    version: undefined,
    isWaiting: false,
  });

  function take(state: EventState, router: Router, version: Version): readonly Step<EventState>[] {
    if (state.queued[version] === 0) return [];
    const write = claimWrite({ sequencer: sequencers[version], versionId: version }, 'a.csv');
    const claiming: Router = { ...router, at: 'claiming', version };
    const taken = (from: EventState) => send<Router, EventState>(from, claiming, { key, write });
    const once = { ...state, queued: plus(state.queued, version, -1) };
    const step = { name: `${router.name} takes the event of ${version}`, next: taken(once) };
    if (state.copies === 0) return [step];
    const copied = { ...state, copies: state.copies - 1 };
    return [step, { name: `${step.name}, which comes again`, next: taken(copied) }];
  }

  function act(state: EventState, router: Router): readonly Step<EventState>[] {
    const { name, at, version } = router;
    if (version === undefined) return versions.flatMap((each) => take(state, router, each));
    const dies = die(state, router, version);
    if (at === 'claiming') return dies;
    const sent = { ...state, sent: [...new Set([...state.sent, version])].toSorted() };
    return [
      ...dies,
      { name: `${name} sends the message of ${version}`, next: become(sent, idle(router)) },
      ...die(sent, router, version).map(({ next }) => ({ name: `${name} sends it, and dies`, next })),
    ];
  }

  function die(state: EventState, router: Router, version: Version): readonly Step<EventState>[] {
    if (state.deaths === 0) return [];
    const again = { ...state, deaths: state.deaths - 1, queued: plus(state.queued, version, 1) };
    return [{ name: `${router.name} dies`, next: become(again, idle(router)) }];
  }

  return {
    initial: {
      ...{ items: {}, network: [], queued: { v1: 1, v2: 1 }, ...bounds },
      ...{ sent: [], wentBack: false },
      workers: ['A', 'B'].map((name) => ({
        name,
        at: 'idle',
        sent: 0,
        isWaiting: false,
        version: undefined,
      })),
    },
    steps: (state) =>
      [
        ...state.workers.flatMap((router) => act(state, router)),
        ...networkSteps<Router, EventState>(state, (delivered, router, { kind }) =>
          become(delivered, kind === 'written' ? { ...router, at: 'sending' } : idle(router)),
        ),
      ].map(({ name, next }) => ({ name, next: withHistory(state, next) })),
    invariants: { [neverBack]: ({ wentBack }) => !wentBack },
    isAtRest: ({ network, workers, queued, sent, items }) =>
      network.length === 0 &&
      workers.every(({ at }) => at === 'idle') &&
      versions.every((version) => queued[version] === 0) &&
      sent.includes('v2') &&
      claimedIn(items[key] ?? {}) === sequencers.v2,
  };
}

function plus(counts: Counts, version: Version, change: number): Counts {
  return { ...counts, [version]: counts[version] + change };
}

function withHistory(before: EventState, after: EventState): EventState {
  const [was, is] = [claimedIn(itemOf(before, key)), claimedIn(itemOf(after, key))];
  return is < was ? { ...after, wentBack: true } : after;
}

const neverBack = 'no older event is claimed after a newer one';

const withoutOrder: ClaimWrite = (claimed, name) => ({
  condition: { kind: 'absent', path: 'never' },
  set: { claimed, name },
  remove: [],
  proof: { kind: 'repeatable' },
});

const onceOnly: ClaimWrite = (claimed, name) => ({
  condition: {
    kind: 'any',
    of: [
      { kind: 'absent', path: 'claimed' },
      { kind: 'below', path: 'claimed.sequencer', value: claimed.sequencer },
    ],
  },
  set: { claimed, name },
  remove: [],
  proof: { kind: 'repeatable' },
});

describe('the events of two versions of one key', () => {
  it.each<[string, Bounds]>([
    ['comes twice', { repetitions: 1, copies: 1, deaths: 0 }],
    ['is lost, or dies', { repetitions: 1, copies: 0, deaths: 1 }],
  ])('end with the newer one claimed and its message sent, whatever %s', (_, bounds) => {
    const { states, violation } = explore(eventProtocol(claimEventWrite, bounds));

    expect(violation).toBeUndefined();
    expect(states).toBeGreaterThan(1_000);
  });

  it.each<[string, string, ClaimWrite]>([
    ['a claim does not ask for a newer one', neverBack, withoutOrder],
    ['an event can be claimed once only, and a router dies before its message', neverAtRest, onceOnly],
  ])('go wrong if %s: %s', (_, title, write) => {
    const { violation } = explore(eventProtocol(write, { repetitions: 0, copies: 0, deaths: 1 }));

    expect(violation?.title).toBe(title);
  });
});
