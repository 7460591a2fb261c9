import { describe, expect, it } from 'vitest';
import { fencedWrite, versionWrite } from '../../../../lambdas/core/ledger/entry-rules.ts';
import type { ItemWrite, WriteAnswer } from '../../../../lambdas/core/ledger/item-write.ts';
import {
  releaseLeaseWrite,
  renewLeaseWrite,
  takeLeaseWrite,
} from '../../../../lambdas/core/ledger/lease-rules.ts';
import { explore, neverAtRest, type Protocol, type Step } from './explorer.ts';
import { itemOf, type LossyState, networkSteps, send, type Worker, withWorker } from './lossy-table.ts';

/**
 * A run of a flow: takes the lease, lists its one file, renews the lease, plans by the ledger, transfers,
 * records, and releases the lease.
 */
interface Run extends Worker {
  readonly at:
    | 'new'
    | 'leasing'
    | 'refused'
    | 'listing'
    | 'listed'
    | 'renewing'
    | 'planning'
    | 'transferring'
    | 'publishing'
    | 'recording'
    | 'releasing'
    | 'ended';
  readonly fence: number;
  /** The version that it has listed. */
  readonly listed: number;
  /** The ETag in the entry when it planned. */
  readonly planned: string;
  /** The object that it found at the key. */
  readonly found: StoredVersion;
  /** What it has fetched, and published or adopted. */
  readonly taken: StoredVersion;
}

/** A version in the bucket, and an ETag that no other object has. Version 0: none. */
interface StoredVersion {
  readonly version: number;
  readonly etag: string;
}

interface RunState extends LossyState<Run> {
  /** The version at the partner; it grows. */
  readonly partner: number;
  readonly object: StoredVersion;
  /** How often each version was published. */
  readonly published: readonly number[];
  /** The fences that were given to runs. */
  readonly fences: readonly number[];
  /** Where an older version has come after a newer one. */
  readonly wentBack: 'record' | 'object' | 'nowhere';
}

interface RunRules {
  readonly takeLeaseWrite: typeof takeLeaseWrite;
  readonly renewLeaseWrite: typeof renewLeaseWrite;
  readonly releaseLeaseWrite: typeof releaseLeaseWrite;
  readonly versionWrite: typeof versionWrite;
  /** Whether the put of an object checks what is at the key. */
  readonly putsUnderPrecondition: boolean;
  /** Whether an object that a run published and did not record is adopted. */
  readonly adopts: boolean;
}

const rules: RunRules = {
  takeLeaseWrite,
  renewLeaseWrite,
  releaseLeaseWrite,
  versionWrite,
  putsUnderPrecondition: true,
  adopts: true,
};

const noObject: StoredVersion = { version: 0, etag: '' };
const newest = 2;

const runOf = (name: string): Run => ({
  ...{ name, at: 'new', sent: 0, isWaiting: false, fence: 0 },
  ...{ listed: 0, planned: '', found: noObject, taken: noObject },
});

interface Bounds {
  readonly names: readonly string[];
  readonly repetitions: number;
  /** Whether the versions have one size and one listed time: a run may fetch one that it did not list. */
  readonly looksAlike: boolean;
  /** Whether C is a redrive of A's execution: another run of the same owner. */
  readonly isRedrive: boolean;
  /** Whether the runs before C have begun, or are midway. */
  readonly from: 'new' | 'midway';
}

const two: Bounds = {
  ...{ names: ['A', 'C'], repetitions: 1, looksAlike: false, isRedrive: false, from: 'new' },
};
const twoAlike: Bounds = { ...two, looksAlike: true };
const redriven: Bounds = { ...twoAlike, isRedrive: true };
const three: Bounds = { ...two, names: ['A', 'B', 'C'], repetitions: 0, from: 'midway' };

/** A has lost its lease to B, and both have fetched the first version. */
const midway: Pick<RunState, 'items' | 'fences'> & { readonly runs: readonly Run[] } = {
  items: { flow: { leaseOwner: 'B', leaseUntil: 1, leaseTake: 'B-take', fence: 2 } },
  fences: [1, 2],
  runs: [
    { ...runOf('A'), at: 'publishing', fence: 1, listed: 1, taken: { version: 1, etag: '' } },
    { ...runOf('B'), at: 'publishing', fence: 2, listed: 1, taken: { version: 1, etag: '' } },
  ],
};

const initial: Omit<RunState, 'workers' | 'repetitions'> = {
  items: {},
  network: [],
  partner: 1,
  object: noObject,
  published: [0, 0, 0],
  fences: [],
  wentBack: 'nowhere',
};

/** The version in the entry, as far as the protocol needs it. */
function recordedVersion(state: RunState): StoredVersion {
  return (itemOf(state, 'entry').transferred as StoredVersion | undefined) ?? noObject;
}

/**
 * Runs of one flow, each of which may sleep at any point: for ever, as if it were killed, or until another
 * has taken over its lease (a zombie). They lose answers, and meet a partner that replaces its file. C is the
 * run of the next night, and all that has to come to its end.
 */
function runProtocol(
  used: RunRules,
  { names, repetitions, looksAlike, isRedrive, from }: Bounds,
): Protocol<RunState> {
  const become = (state: RunState, run: Run) =>
    withWorker<Run, RunState>(state, run.at === 'ended' ? { ...runOf(run.name), at: 'ended' } : run);
  const write = (state: RunState, run: Run, key: string, what: ItemWrite) =>
    send<Run, RunState>(state, run, { key, write: what });
  const ownerOf = (name: string) => (isRedrive ? 'A' : name);
  const leaseOf = ({ name, fence }: Run) => ({ owner: ownerOf(name), fence });

  function steps(state: RunState): readonly Step<RunState>[] {
    const replaced = { name: 'the partner replaces the file', next: { ...state, partner: newest } };
    return [
      ...(state.partner < newest ? [replaced] : []),
      ...state.workers.filter(({ isWaiting }) => !isWaiting).flatMap((run) => act(state, run)),
      ...state.workers.filter(isKillable).map((run) => ({
        name: `${run.name} is killed`,
        next: become(state, { ...run, at: 'ended' }),
      })),
      ...networkSteps<Run, RunState>(state, answered),
    ];
  }

  function act(state: RunState, run: Run): readonly Step<RunState>[] {
    const { name } = run;
    switch (run.at) {
      case 'new':
        return takeLease(state, run);
      case 'refused': {
        const isOver = state.network.every(({ worker }) => worker !== name);
        return isOver ? [{ name: `${name} starts again`, next: become(state, runOf(name)) }] : [];
      }
      case 'listing': {
        const next = become(state, { ...run, at: 'listed', listed: state.partner });
        return [{ name: `${name} lists version ${state.partner}`, next }];
      }
      case 'listed': {
        const renewal = used.renewLeaseWrite(leaseOf(run), 1);
        const next = write(state, { ...run, at: 'renewing' }, 'flow', renewal);
        return [{ name: `${name} renews the lease`, next }];
      }
      case 'planning':
        return [{ name: `${name} plans`, next: plan(state, run) }];
      case 'transferring':
        return [fetch(state, run)];
      case 'publishing':
        return [publish(state, run)];
      case 'recording': {
        const { etag, version } = run.taken;
        const replaces = [run.planned, run.found.etag].filter((each) => each !== '');
        const set = { transferred: run.taken };
        const record = used.versionWrite(run.fence, { set, remove: [] }, { etag, replaces });
        return [{ name: `${name} records version ${version}`, next: write(state, run, 'entry', record) }];
      }
      case 'releasing': {
        const next = write(state, run, 'flow', used.releaseLeaseWrite(leaseOf(run)));
        return [{ name: `${name} releases the lease`, next }];
      }
      case 'leasing':
      case 'renewing':
      case 'ended':
        return [];
    }
  }

  /** If it is free, or in place of an owner whose lease has expired or whose execution was stopped. */
  function takeLease(state: RunState, run: Run): readonly Step<RunState>[] {
    const { leaseOwner } = itemOf(state, 'flow');
    const deadOwner = typeof leaseOwner === 'string' ? leaseOwner : undefined;
    const owner = ownerOf(run.name);
    const take = { owner, id: `${run.name}-take`, deadOwner, nowMs: 0, untilMs: 1 };
    const next = write(state, { ...run, at: 'leasing' }, 'flow', used.takeLeaseWrite(take));
    return [
      { name: `${run.name} takes the lease${deadOwner === undefined ? '' : ` of ${deadOwner}`}`, next },
    ];
  }

  function plan(state: RunState, run: Run): RunState {
    const { version, etag } = recordedVersion(state);
    const isKnown = version === run.listed || (looksAlike && version > 0);
    return become(state, { ...run, at: isKnown ? 'releasing' : 'transferring', planned: etag });
  }

  /** Adopts what an interrupted run published, or fetches what the partner has. */
  function fetch(state: RunState, run: Run): Step<RunState> {
    const { name, listed, planned } = run;
    const { partner, object } = state;
    const isPassable = (version: number) => version === listed || (looksAlike && version > 0);
    const isInterrupted = isPassable(object.version) && object.etag !== planned;
    if (used.adopts && isInterrupted && object.version === partner) {
      const adopting: Run = { ...run, at: 'recording', found: object, taken: object };
      return { name: `${name} adopts the object`, next: become(state, adopting) };
    }
    if (!isPassable(partner)) {
      const failed = become(state, { ...run, at: 'releasing' });
      return { name: `${name} finds that the file has changed`, next: failed };
    }
    const taken = { version: partner, etag: '' };
    const fetched = become(state, { ...run, at: 'publishing', found: object, taken });
    return { name: `${name} fetches version ${partner}`, next: fetched };
  }

  /** Puts the object under a precondition. */
  function publish(state: RunState, run: Run): Step<RunState> {
    const { name, found } = run;
    const { version } = run.taken;
    if (used.putsUnderPrecondition && state.object.etag !== found.etag)
      return { name: `${name} meets a conflict`, next: become(state, { ...run, at: 'transferring' }) };
    const object = { version, etag: `E${state.published.reduce((sum, count) => sum + count, 1)}` };
    const put: RunState = {
      ...state,
      object,
      published: state.published.map((count, each) => count + (each === version ? 1 : 0)),
      wentBack: state.object.version > version ? 'object' : state.wentBack,
    };
    const published = become(put, { ...run, at: 'recording', taken: object });
    return { name: `${name} publishes version ${version}`, next: published };
  }

  function answered(state: RunState, run: Run, { kind, item }: WriteAnswer): RunState {
    const isWritten = kind === 'written';
    const { fence } = item as { readonly fence: number };
    switch (run.at) {
      case 'leasing':
        if (!isWritten) return become(state, { ...run, at: run.name === 'C' ? 'refused' : 'ended' });
        return become({ ...state, fences: [...state.fences, fence] }, { ...run, at: 'listing', fence });
      case 'renewing':
        return become(state, { ...run, at: isWritten ? 'planning' : 'ended' });
      case 'recording':
        if (isWritten) return become(state, { ...run, at: 'releasing' });
        return become(state, { ...run, at: fence > run.fence ? 'ended' : 'transferring' });
      default:
        return become(state, { ...run, at: 'ended' });
    }
  }

  /** The run that has the largest fence has the lease until it releases it. */
  function isLeaseKept(state: RunState): boolean {
    const { fence, leaseOwner } = itemOf(state, 'flow');
    const holder = state.workers.find((run) => run.fence === fence && hasLease(run));
    return holder === undefined || leaseOwner === ownerOf(holder.name);
  }

  const { runs: begunRuns, ...begun } = midway;
  const workers = names.map(runOf);
  return {
    initial:
      from === 'new'
        ? { ...initial, workers, repetitions }
        : { ...initial, ...begun, workers: [...begunRuns, ...workers.slice(2)], repetitions },
    steps: (state) => steps(state).map((step) => ({ ...step, next: withHistory(state, step.next) })),
    invariants: {
      [oneFence]: ({ fences }) => new Set(fences).size === fences.length,
      [leaseKept]: isLeaseKept,
      [noOlderRecord]: ({ wentBack }) => wentBack !== 'record',
      [noOlderObject]: ({ wentBack }) => wentBack !== 'object',
      [publishedOnce]: ({ published }) => published.every((count) => count <= 1),
    },
    isAtRest: ({ network, workers }) =>
      network.length === 0 && workers.some(({ name, at }) => name === 'C' && at === 'ended'),
  };
}

/** Whether the run has got the lease, and has not begun to release it. */
function hasLease({ at, isWaiting }: Run): boolean {
  return !['new', 'leasing', 'refused', 'ended'].includes(at) && !(at === 'releasing' && isWaiting);
}

/**
 * A run that sleeps for ever is as good as killed, but one that may wake can still release its lease. So one
 * is killed right after it has taken it.
 */
function isKillable({ name, at }: Run): boolean {
  return name === 'A' && at === 'listing';
}

const oneFence = 'no two runs have one fence';
const leaseKept = 'no run loses its lease but to one that takes it over';
const noOlderRecord = 'no older version is recorded over a newer one';
const noOlderObject = 'no older version is shown over a newer one';
const publishedOnce = 'a version is published once';

/** Notices an older version that is recorded over a newer one. */
function withHistory(before: RunState, after: RunState): RunState {
  const wentBack = recordedVersion(after).version < recordedVersion(before).version;
  return wentBack ? { ...after, wentBack: 'record' } : after;
}

/** The rules with one of their conditions taken out, and what happens then. */
const broken: readonly (readonly [string, string, Bounds, Partial<RunRules>])[] = [
  [
    'neither the fence nor the recorded version is compared',
    noOlderRecord,
    two,
    {
      versionWrite: (fence, { set, remove }): ItemWrite => ({ set: { ...set, fence }, remove }),
    },
  ],
  [
    'the recorded version is not compared',
    noOlderRecord,
    twoAlike,
    { versionWrite: (fence, assignments) => fencedWrite(fence, assignments) },
  ],
  [
    'a lease does not raise the fence',
    oneFence,
    two,
    {
      takeLeaseWrite: ({ owner, untilMs }): ItemWrite => {
        const set = { leaseOwner: owner, leaseUntil: untilMs, fence: 1 };
        return { set, remove: [] };
      },
    },
  ],
  [
    'a lease is released by its owner, whatever its fence',
    leaseKept,
    redriven,
    {
      releaseLeaseWrite: ({ owner }): ItemWrite => ({
        condition: { kind: 'equal', path: 'leaseOwner', value: owner },
        ...{ set: {}, remove: ['leaseOwner', 'leaseUntil'] },
        proof: { kind: 'unreported' },
      }),
    },
  ],
  ['an object is put whatever is at the key', publishedOnce, two, { putsUnderPrecondition: false }],
  ['an object that was not recorded is not adopted', publishedOnce, two, { adopts: false }],
  [
    'no lease is taken over',
    neverAtRest,
    two,
    {
      takeLeaseWrite: ({ owner, id, untilMs }): ItemWrite => ({
        condition: { kind: 'absent', path: 'leaseOwner' },
        ...{ set: { leaseOwner: owner, leaseUntil: untilMs }, remove: [], add: { fence: 1 } },
        proof: { kind: 'stamp', at: 'leaseTake', id },
      }),
    },
  ],
];

describe('runs of one flow', () => {
  it.each([
    ['two runs, whatever answer is lost', two, 5_000],
    ['two runs that may fetch a version that they did not list', twoAlike, 5_000],
    ['an execution and its redrive', redriven, 5_000],
    ['three runs', three, 5_000],
  ])('keep their order and come to an end: %s', (_, bounds, states) => {
    const found = explore(runProtocol(rules, bounds));

    expect(found.violation).toBeUndefined();
    expect(found.states).toBeGreaterThan(states);
  });

  it.each(broken)('go wrong if %s: %s', (_, title, bounds, rule) => {
    const { violation } = explore(runProtocol({ ...rules, ...rule }, bounds));

    expect(violation?.title).toBe(title);
  });
});
