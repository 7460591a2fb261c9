import { describe, expect, it } from 'vitest';
import { planTakeover, type StagedFile } from '../../../../lambdas/core/delivery/delivery-lease.ts';
import { type DeliveryPaths, deliveryPaths } from '../../../../lambdas/core/delivery/delivery-path.ts';
import {
  type DeliveryRecord,
  emptyDeliveryRecord,
  type StartedRename,
} from '../../../../lambdas/core/delivery/delivery-record.ts';
import { deliveryStep, renameStep, stagingStep } from '../../../../lambdas/core/delivery/delivery-step.ts';
import {
  type EndOfTry,
  endTryWrite,
  takeDeliveryWrite,
  tryWrite,
} from '../../../../lambdas/core/ledger/delivery-rules.ts';
import {
  type Assignments,
  applyWrite,
  type Item,
  type ItemWrite,
  type WriteAnswer,
} from '../../../../lambdas/core/ledger/item-write.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { explore, neverAtRest, type Protocol, type Step } from './explorer.ts';
import { itemOf, type LossyState, networkSteps, send, type Worker, withWorker } from './lossy-table.ts';

/** An invocation of push-file with one message, from its lease to its last write. */
interface Try extends Worker {
  readonly at:
    | 'idle'
    | 'leasing'
    | 'checking'
    | 'looking'
    | 'noting'
    | 'taking-over'
    | 'uploading'
    | 'comparing'
    | 'marking'
    | 'asserting'
    | 'renaming'
    | 'unmarking'
    | 'recording'
    | 'failing'
    | 'ending'
    | 'again'
    | 'ended';
  /** How often the worker has begun. */
  readonly begun: number;
  readonly versionId: string;
  /** The end of its invocation, and of its lease. */
  readonly until: number;
  readonly leftovers: readonly StagedFile[];
  /** The rename of this version that the record says may have happened. */
  readonly mark: StartedRename | undefined;
  /** Whether the file that was to be renamed has been seen, and found missing later. */
  readonly markedFile: 'seen' | 'missing';
  readonly doubt: 'possible-duplicate' | undefined;
}

interface PartnerFile {
  readonly versionId: string;
  /** Its modified time, which a rename keeps. Each upload has its own. */
  readonly raw: string;
}

interface DeliveryState extends LossyState<Try> {
  readonly now: number;
  /** The object's current version. */
  readonly current: string;
  /** What the partner has, by path. */
  readonly files: Readonly<Record<string, PartnerFile>>;
  /** How often each version was renamed into place. */
  readonly placed: Readonly<Record<string, number>>;
  /** How often a reply to RNTO may still get lost, with or without the rename. */
  readonly faults: number;
  /** Where an older version has come after a newer one. */
  readonly wentBack: 'record' | 'target' | 'nowhere';
  /** Whether a rename took effect after the lease under which it was sent. */
  readonly isLate: boolean;
}

interface DeliveryProtocolRules {
  readonly takeDeliveryWrite: typeof takeDeliveryWrite;
  readonly tryWrite: typeof tryWrite;
  readonly endTryWrite: typeof endTryWrite;
  readonly planTakeover: typeof planTakeover;
  /** Whether the rename is recorded before it is sent. */
  readonly marksRename: boolean;
}

const rules: DeliveryProtocolRules = {
  ...{ takeDeliveryWrite, tryWrite, endTryWrite, planTakeover },
  marksRename: true,
};

interface Bounds {
  readonly names: readonly string[];
  readonly repetitions: number;
  readonly faults: number;
  readonly lastTime: number;
  /** Whether a newer version may be put at any moment. */
  readonly puts: boolean;
  /** Whether B has A's message, which the queue hands out again once A's invocation is over. */
  readonly isRedelivered: boolean;
  /** What has happened in the beginning. */
  readonly history: readonly string[];
}

const key = 'entry';
const flow = {
  prefix: 'acme/',
  remote: parseRemotePath('/in'),
  stagingName: '.{name}.{version}.part',
};
const target = parseRemotePath('/in/a.csv');
const sizeBytes = 1;
/** For how long an invocation and its lease last; the time goes on by more than that. */
const lasts = 1;
const tick = 2;

const idle = (name: string): Try => ({
  ...{ name, at: 'idle', sent: 0, isWaiting: false, begun: 0, versionId: '', until: 0, leftovers: [] },
  ...{ mark: undefined, markedFile: 'missing', doubt: undefined },
});

function recordIn(item: Item): DeliveryRecord {
  return { ...emptyDeliveryRecord, ...(item as Partial<DeliveryRecord>) };
}

/** What the server tells of a file. */
function stat({ files }: DeliveryState, path: string) {
  const file = files[path];
  return file && { sizeBytes, modified: { raw: file.raw } };
}

function without<T>(map: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  const { [name]: _, ...others } = map;
  return others;
}

/**
 * Tries of one object: A has a message for its first version, B one for the version that is current when it
 * begins, or A's own again. Each may sleep at any point, for ever, as if it were killed, or past its lease (a
 * zombie): also between the look at its clock and the effect of the command. C is what comes in the end: a
 * redrive, or the next reconcile. It begins until the current version is delivered.
 */
function deliveryProtocol(
  used: DeliveryProtocolRules,
  { names, repetitions, faults, lastTime, puts, isRedelivered, history }: Bounds,
): Protocol<DeliveryState> {
  const become = (state: DeliveryState, to: Try) => withWorker<Try, DeliveryState>(state, to);
  const to = (state: DeliveryState, worker: Try, at: Try['at']) => become(state, { ...worker, at });
  const attemptOf = ({ name, begun }: Try) => `${name}${begun}`;
  const messageOf = ({ name, begun }: Try) => (name === 'B' && isRedelivered ? 'A1' : `${name}${begun}`);

  function pathsOf(worker: Try): DeliveryPaths {
    const object = { key: 'acme/a.csv', versionId: worker.versionId, attempt: attemptOf(worker) };
    const paths = deliveryPaths(flow, object);
    if (typeof paths === 'string') throw new Error(paths);
    return paths;
  }

  const stagedBy = (worker: Try): StagedFile => ({
    path: pathsOf(worker).staging,
    versionId: worker.versionId,
  });

  function change(state: DeliveryState, worker: Try, changes: Partial<Assignments>): DeliveryState {
    const write = used.tryWrite(attemptOf(worker), { set: {}, remove: [], ...changes });
    return send<Try, DeliveryState>(state, worker, { key, write });
  }

  function end(
    state: DeliveryState,
    worker: Try,
    as: EndOfTry,
    changes: Partial<Assignments>,
  ): DeliveryState {
    const write = used.endTryWrite(attemptOf(worker), as, { set: {}, remove: [], ...changes });
    return send<Try, DeliveryState>(state, worker, { key, write });
  }

  /** Only C comes again: the others are as good as a message that waits. */
  const stop = (state: DeliveryState, worker: Try) =>
    become(state, { ...idle(worker.name), begun: worker.begun, at: worker.name === 'C' ? 'again' : 'ended' });

  function isOver(state: DeliveryState, { until }: Try): boolean {
    return state.now >= until;
  }

  function steps(state: DeliveryState): readonly Step<DeliveryState>[] {
    const isLast = state.workers.some(({ name, at }) => name === 'C' && at === 'ended');
    const put = { name: 'a new version is put', next: { ...state, current: 'v2' } };
    const passed = { name: 'time passes', next: { ...state, now: state.now + tick } };
    return [
      ...(puts && state.current === 'v1' && !isLast ? [put] : []),
      ...(state.now < lastTime && !isLast ? [passed] : []),
      ...state.workers.filter(({ isWaiting }) => !isWaiting).flatMap((worker) => act(state, worker)),
      ...networkSteps<Try, DeliveryState>(state, answered),
    ].map((step) => ({ ...step, next: withHistory(state, withoutOldCopies(step.next)) }));
  }

  function act(state: DeliveryState, worker: Try): readonly Step<DeliveryState>[] {
    const { name, versionId } = worker;
    switch (worker.at) {
      case 'idle':
        return begin(state, worker);
      case 'again': {
        const isSilent = state.network.every((letter) => letter.worker !== name);
        const again = { ...idle(name), begun: worker.begun };
        return isSilent ? [{ name: `${name} comes again`, next: become(state, again) }] : [];
      }
      case 'checking':
        return [check(state, worker)];
      case 'looking':
        return [look(state, worker)];
      case 'noting': {
        const next = change(state, worker, { remove: ['renaming'] });
        return [{ name: `${name} records that the rename did not happen`, next }];
      }
      case 'taking-over':
        return [takeOver(state, worker)];
      case 'uploading': {
        const { staging } = pathsOf(worker);
        const files = { ...state.files, [staging]: { versionId, raw: attemptOf(worker) } };
        return [{ name: `${name} uploads ${versionId}`, next: to({ ...state, files }, worker, 'comparing') }];
      }
      case 'comparing':
        return [compare(state, worker)];
      case 'asserting': {
        const isLost = isOver(state, worker);
        const next = isLost ? stop(state, worker) : to(state, worker, 'renaming');
        return [{ name: `${name} ${isLost ? 'finds its time over' : 'sends RNTO'}`, next }];
      }
      case 'renaming':
        return rename(state, worker);
      case 'unmarking': {
        const next = change(state, worker, { remove: ['renaming'] });
        return [{ name: `${name} records that RNTO was refused`, next }];
      }
      case 'recording': {
        const delivered = { versionId, doubt: worker.doubt };
        const next = end(state, worker, 'delivered', {
          set: { delivered },
          remove: ['renaming', 'staged', 'lastError'],
        });
        return [{ name: `${name} records the delivery of ${versionId}`, next }];
      }
      case 'failing': {
        const set = { lastError: { versionId }, staged: [...worker.leftovers, stagedBy(worker)] };
        return [{ name: `${name} gives ${versionId} up`, next: end(state, worker, 'failed', { set }) }];
      }
      case 'ending': {
        const next = end(state, worker, 'released', { set: { staged: worker.leftovers } });
        return [{ name: `${name} ends the message`, next }];
      }
      case 'leasing':
      case 'marking':
      case 'ended':
        return [];
    }
  }

  function begin(state: DeliveryState, { name, begun }: Try): readonly Step<DeliveryState>[] {
    const a = state.workers.find((other) => other.name === 'A');
    if (name === 'B' && isRedelivered && (a === undefined || a.begun === 0 || !isOver(state, a))) return [];
    const versionId = name === 'A' || (name === 'B' && isRedelivered) ? 'v1' : state.current;
    const { now } = state;
    const until = now + lasts;
    const worker: Try = { ...idle(name), at: 'leasing', begun: begun + 1, versionId, until };
    const attempt = attemptOf(worker);
    const message = messageOf(worker);
    const take = { attempt, message, nowMs: now, untilMs: until, name: 'a.csv' };
    const write = used.takeDeliveryWrite({ ...take, staging: stagedBy(worker) });
    const next = send<Try, DeliveryState>(state, worker, { key, write });
    return [{ name: `${name} takes the lease for ${versionId}`, next }];
  }

  function check(state: DeliveryState, worker: Try): Step<DeliveryState> {
    const { name, versionId } = worker;
    const record = recordIn(itemOf(state, key));
    const current = { versionId: state.current, etag: state.current, modifiedAt: undefined, sizeBytes };
    const object = { key: 'acme/a.csv', versionId, attempt: attemptOf(worker) };
    // The record is that of the lease, which the worker keeps.
    const leased = { ...record, renaming: worker.mark };
    const step = deliveryStep({ rules: flow, object, record: leased, current });
    if (step.kind !== 'deliver')
      return { name: `${name} has nothing to deliver`, next: to(state, worker, 'ending') };
    const next = become(state, { ...worker, at: 'looking', mark: step.begunRename });
    return { name: `${name} begins`, next };
  }

  /** Before the file is taken away, which is the proof. */
  function look(state: DeliveryState, worker: Try): Step<DeliveryState> {
    const staging = worker.mark?.staging;
    const isThere = staging !== undefined && state.files[staging] !== undefined;
    const next: Try = isThere
      ? { ...worker, at: 'noting', markedFile: 'seen' }
      : { ...worker, at: 'taking-over' };
    return { name: `${worker.name} looks for the file of the rename`, next: become(state, next) };
  }

  /** Deletes the staging files of the tries before, one after the other. */
  function takeOver(state: DeliveryState, worker: Try): Step<DeliveryState> {
    const upload = { versionId: worker.versionId, mayResume: false, checkpoint: undefined };
    const [first] = used.planTakeover(worker.leftovers, upload).remove;
    if (first === undefined) return resolve(state, worker);
    if (isOver(state, worker))
      return { name: `${worker.name} finds its time over`, next: stop(state, worker) };
    const isMarked = first.path === worker.mark?.staging;
    const isMissing = state.files[first.path] === undefined;
    const next: Try = {
      ...worker,
      leftovers: worker.leftovers.filter((each) => each !== first),
      markedFile: isMarked && isMissing ? 'missing' : worker.markedFile,
    };
    const files = without(state.files, first.path);
    return { name: `${worker.name} deletes ${first.path}`, next: become({ ...state, files }, next) };
  }

  function resolve(state: DeliveryState, worker: Try): Step<DeliveryState> {
    const { name, mark, markedFile } = worker;
    const staged = markedFile === 'seen' ? { sizeBytes, modified: undefined } : undefined;
    const step = stagingStep({
      ...{ sizeBytes, overwrite: 'replace', target: stat(state, target), staged },
      ...{ begunRename: mark, targetHash: 'not-told' },
    });
    if (step.kind === 'record-only')
      return { name: `${name} finds the file in place`, next: to(state, worker, 'recording') };
    const doubt = step.kind === 'stage' ? step.doubt : undefined;
    return {
      name: `${name} looks at the target`,
      next: become(state, { ...worker, at: 'uploading', doubt }),
    };
  }

  function compare(state: DeliveryState, worker: Try): Step<DeliveryState> {
    const { name, versionId } = worker;
    const { staging } = pathsOf(worker);
    const step = renameStep({
      ...{ sizeBytes, overwrite: 'replace', target: stat(state, target), staged: stat(state, staging) },
      version: state.current === versionId ? 'current' : 'outdated',
    });
    if (step.kind === 'upload-lost')
      return { name: `${name} misses its upload`, next: to(state, worker, 'failing') };
    if (step.kind !== 'rename') {
      const files = without(state.files, staging);
      return { name: `${name} finds it outdated`, next: to({ ...state, files }, worker, 'ending') };
    }
    if (!used.marksRename) return { name: `${name} is to rename`, next: to(state, worker, 'asserting') };
    const renaming = { versionId, staging, before: step.before, staged: step.staged };
    const marking: Try = { ...worker, at: 'marking' };
    return { name: `${name} records the rename`, next: change(state, marking, { set: { renaming } }) };
  }

  /** The command may take effect long after it was sent. */
  function rename(state: DeliveryState, worker: Try): readonly Step<DeliveryState>[] {
    const { name, versionId } = worker;
    const { staging } = pathsOf(worker);
    const file = state.files[staging];
    if (file === undefined)
      return [{ name: `${name}'s RNTO is refused`, next: to(state, worker, 'unmarking') }];
    const done: DeliveryState = {
      ...state,
      files: { ...without(state.files, staging), [target]: file },
      placed: { ...state.placed, [versionId]: (state.placed[versionId] ?? 0) + 1 },
      isLate: state.isLate || isOver(state, worker),
      wentBack: (state.files[target]?.versionId ?? '') > versionId ? 'target' : state.wentBack,
    };
    const renamed = { name: `${name}'s RNTO succeeds`, next: to(done, worker, 'recording') };
    if (state.faults === 0) return [renamed];
    const lost = state.faults - 1;
    return [
      renamed,
      { name: `${name}'s reply is lost`, next: to({ ...done, faults: lost }, worker, 'failing') },
      { name: `${name}'s RNTO is lost`, next: to({ ...state, faults: lost }, worker, 'failing') },
    ];
  }

  function answered(state: DeliveryState, worker: Try, { kind, item }: WriteAnswer): DeliveryState {
    if (kind === 'refused') {
      const begun = worker.at === 'leasing' ? worker.begun - 1 : worker.begun;
      return stop(state, { ...worker, begun });
    }
    switch (worker.at) {
      case 'leasing': {
        const { staged, renaming } = recordIn(item);
        const { path: own } = stagedBy(worker);
        const leftovers = staged.filter(({ path }) => path !== own);
        return become(state, { ...worker, at: 'checking', leftovers, mark: renaming });
      }
      case 'noting':
        return to(state, worker, 'taking-over');
      case 'marking':
        return to(state, worker, 'asserting');
      case 'unmarking':
        return to(state, worker, 'failing');
      case 'recording': {
        const isCurrent = worker.versionId === state.current;
        return isCurrent ? become(state, { ...idle(worker.name), at: 'ended' }) : stop(state, worker);
      }
      default: {
        const isDelivered = recordIn(item).delivered?.versionId === state.current;
        return isDelivered ? become(state, { ...idle(worker.name), at: 'ended' }) : stop(state, worker);
      }
    }
  }

  /** Whether the next message gets the object, at the latest when the invocations of now are over. */
  function isFreeSoon(state: DeliveryState): boolean {
    const nowMs = state.now + tick;
    const take = { attempt: 'next', message: 'next', nowMs, untilMs: nowMs, staging: undefined, name: '' };
    return applyWrite(itemOf(state, key), used.takeDeliveryWrite(take)).kind === 'written';
  }

  const protocol: Protocol<DeliveryState> = {
    initial: {
      ...{ items: {}, network: [], workers: names.map(idle), repetitions, faults },
      ...{ now: 0, current: 'v1', files: {}, placed: {}, wentBack: 'nowhere', isLate: false },
    },
    steps,
    invariants: {
      [recordsTruth]: ({ items, placed }) => {
        const { delivered } = recordIn(items[key] ?? {});
        return delivered === undefined || (placed[delivered.versionId] ?? 0) > 0;
      },
      [noOlderFile]: ({ wentBack }) => wentBack !== 'target',
      [noOlderRecord]: ({ wentBack }) => wentBack !== 'record',
      [oneEnd]: ({ items }) => {
        const { delivered, lastError } = recordIn(items[key] ?? {});
        return delivered === undefined || delivered.versionId !== lastError?.versionId;
      },
      [onceOrDoubted]: ({ items, placed, isLate }) => {
        const { delivered } = recordIn(items[key] ?? {});
        const isOnce = delivered === undefined || (placed[delivered.versionId] ?? 0) <= 1;
        return isOnce || delivered.doubt !== undefined || (isLate && names.length > 2);
      },
    },
    isAtRest: (state) => {
      const { delivered } = recordIn(itemOf(state, key));
      const isEnded = state.workers.some(({ name, at }) => name === 'C' && at === 'ended');
      return (
        isEnded && delivered?.versionId === state.current && isFreeSoon(state) && state.network.length === 0
      );
    },
  };
  return { ...protocol, initial: replay(protocol, history) };
}

/** The state after these steps. */
function replay({ initial, steps }: Protocol<DeliveryState>, history: readonly string[]): DeliveryState {
  return history.reduce((state, name) => {
    const step = steps(state).find((each) => each.name === name);
    if (step === undefined) throw new Error(`There is no step '${name}' now.`);
    return step.next;
  }, initial);
}

const recordsTruth = 'no delivery is recorded that the partner does not have';
const noOlderFile = 'no older version takes the place of a newer one at the partner';
const noOlderRecord = 'no older delivery is recorded over a newer one';
const oneEnd = 'no version is both given up and delivered';
const onceOrDoubted = 'a version is put in place once, or its record says that it may be there twice';

/**
 * Without copies of requests from workers whose time is over and that have the answer. So late a copy of a
 * request for the lease could give the object to a try that is over.
 */
function withoutOldCopies(state: DeliveryState): DeliveryState {
  const network = state.network.filter(({ worker, number }) => {
    const sender = state.workers.find(({ name }) => name === worker);
    return sender === undefined || state.now < sender.until || (sender.isWaiting && sender.sent === number);
  });
  return { ...state, network };
}

function withHistory(before: DeliveryState, after: DeliveryState): DeliveryState {
  const was = recordIn(itemOf(before, key)).delivered?.versionId ?? '';
  const is = recordIn(itemOf(after, key)).delivered?.versionId ?? '';
  return is < was ? { ...after, wentBack: 'record' } : after;
}

const lostAnswers: Bounds = {
  ...{ names: ['A', 'C'], repetitions: 1, faults: 0, lastTime: 2, puts: false, isRedelivered: false },
  history: [],
};
const lostReplies: Bounds = { ...lostAnswers, repetitions: 0, faults: 1 };
const replaced: Bounds = { ...lostAnswers, repetitions: 0, puts: true };
/** The RNTO of A is still on its way when its lease is over. */
const three: Bounds = {
  ...{ ...lostAnswers, names: ['A', 'B', 'C'], repetitions: 0, lastTime: 2, puts: true },
  history: [
    ...['A takes the lease for v1', "A's write 1 is written", 'A begins'],
    ...['A looks for the file of the rename', 'A looks at the target', 'A uploads v1'],
    ...['A records the rename', "A's write 2 is written", 'A sends RNTO', 'time passes'],
  ],
};
const redelivered: Bounds = { ...three, lastTime: 4, puts: false, isRedelivered: true };

/** The rules with one of their conditions taken out, and what happens then. */
const broken: readonly (readonly [string, string, Bounds, Partial<DeliveryProtocolRules>])[] = [
  [
    'a try is not fenced',
    oneEnd,
    lostReplies,
    { endTryWrite: (_attempt, _end, { set, remove }): ItemWrite => ({ set, remove: ['lease', ...remove] }) },
  ],
  [
    'the staging files of the tries before stay',
    noOlderFile,
    replaced,
    { planTakeover: () => ({ claim: [], remove: [] }) },
  ],
  ['a rename is not recorded before it is sent', onceOrDoubted, lostReplies, { marksRename: false }],
  [
    'the lease of a worker that was lost is not taken over',
    neverAtRest,
    lostReplies,
    { takeDeliveryWrite: (take) => takeDeliveryWrite({ ...take, nowMs: 0 }) },
  ],
];

describe('tries of one object', () => {
  it.each([
    ['two workers, whatever answer of the ledger is lost', lostAnswers, 4_000],
    ['two workers, whatever reply of the partner is lost', lostReplies, 4_000],
    ['two workers, while a newer version is put', replaced, 5_000],
    ['two workers after one whose RNTO is on its way', three, 5_000],
    ['a message that comes again after one whose RNTO is on its way', redelivered, 5_000],
  ])('keep their order and come to an end: %s', (_, bounds, states) => {
    const found = explore(deliveryProtocol(rules, bounds));

    expect(found.violation).toBeUndefined();
    expect(found.states).toBeGreaterThan(states);
  });

  it.each(broken)('go wrong if %s: %s', (_, title, bounds, rule) => {
    const { violation } = explore(deliveryProtocol({ ...rules, ...rule }, bounds));

    expect(violation?.title).toBe(title);
  });
});
