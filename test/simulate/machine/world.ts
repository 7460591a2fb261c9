import type { Deed, Event } from './history.ts';
import { phrase } from './phrases.ts';
import { Random } from './random.ts';

/** A function of the product that runs, or an execution of its workflow. */
export interface Process {
  readonly number: number;
  readonly name: string;
  readonly startedMs: number;
  state: 'running' | 'ended' | 'killed';
  /** It stands still until then. */
  suspendedUntilMs: number;
  readonly onKilled: () => void;
}

/** What an operation on a model does, and how it can go wrong. */
export interface Request<T> {
  /** Operations with one label are counted; a history names them by label and count. */
  readonly label: string;
  /** Makes the operation take effect, and returns its answer. What it throws is the answer too. */
  readonly apply: () => T;
  /** The error of a caller whose connection is gone. */
  readonly lost: () => Error;
  /** What the server answers when it refuses; undefined: it cannot refuse. */
  readonly refused?: ((code: number) => T) | undefined;
  /** Whether the client repeats a request by itself when its answer is lost. */
  readonly isRepeated: boolean;
  readonly effect: 'read' | 'write';
}

interface Pending {
  readonly process: Process;
  readonly request: Request<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Its first answer was lost, and the client sends it again. */
  readonly isRepetition: boolean;
}

interface Timer {
  readonly process: Process;
  readonly atMs: number;
  readonly number: number;
  readonly fire: () => void;
  isCleared: boolean;
}

/** Thrown through everything when an invariant does not hold. */
export class Violation extends Error {
  readonly invariant: string;

  constructor(invariant: string, message: string) {
    super(message);
    this.invariant = invariant;
  }
}

export interface WorldOptions {
  readonly seed: number;
  readonly startMs: number;
  /** The events to replay; undefined: draw them. */
  readonly events: readonly Event[] | undefined;
  readonly drawDeeds: (
    random: Random,
    pending: { request: Request<unknown>; waiting: number },
  ) => readonly Deed[];
  readonly tells: boolean;
}

/** What one operation takes. */
const operationMs = 15;

/** A history that does not come to an end: the code under test repeats something for ever. */
const maxSteps = 60_000;

/**
 * One process with all clocks, networks and lives of a history. Every operation of the code under test is a
 * promise that only this scheduler resolves: one after the other, each followed by all that it sets in
 * motion.
 */
export class World {
  nowMs: number;
  steps = 0;
  hash = 0;
  readonly story: string[] = [];
  readonly drawn: Event[] = [];
  violation: Violation | undefined;
  /** No deeds from now on. */
  isCalm = false;
  readonly random: Random;
  readonly #options: WorldOptions;
  readonly #pending: Pending[] = [];
  readonly #timers: Timer[] = [];
  readonly #counts = new Map<string, number>();
  readonly #replayed: ReadonlyMap<string, readonly Deed[]> | undefined;
  readonly #chance: Random;
  readonly #outside: Process;
  #current: Process;
  #processes = 0;
  #timersMade = 0;
  /** Performs an act of the world; set by the scenario. */
  act: (act: Extract<Deed, { kind: 'act' }>['act']) => void = () => undefined;
  /** Called when a process has died: its connections are gone. */
  onDeath: (process: Process) => void = () => undefined;
  /** Called after each step. */
  check: () => void = () => undefined;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.nowMs = options.startMs;
    this.random = new Random(options.seed + 0x5eed);
    this.#chance = new Random(options.seed + 0xc4a);
    this.#outside = this.#newProcess('the outside', () => undefined);
    this.#current = this.#outside;
    this.#replayed = options.events && byOperation(options.events);
    current = this;
  }

  get currentProcess(): Process {
    return this.#current;
  }

  chance(): number {
    return this.#chance.fraction();
  }

  tell(line: () => string): void {
    if (this.#options.tells) this.story.push(`${new Date(this.nowMs).toISOString()} ${line()}`);
  }

  /** Lets a process that has an invocation's time begin. @returns how it ended. */
  invoke<T>(name: string, timeoutMs: number, work: () => Promise<T>): Promise<Invocation<T>> {
    return new Promise((resolve) => {
      const process = this.#newProcess(name, () => resolve({ kind: 'lost' }));
      this.#timer(this.#outside, timeoutMs + 60_000, () => {
        if (process.state === 'running') resolve({ kind: 'lost' });
      });
      this.#pending.push({
        process,
        request: { label: `begin ${name}`, apply: () => undefined, lost, isRepeated: false, effect: 'read' },
        isRepetition: false,
        reject: () => undefined,
        resolve: () => {
          work().then(
            (value) => this.#end(process, () => resolve({ kind: 'returned', value })),
            (error: unknown) => this.#end(process, () => resolve({ kind: 'threw', error })),
          );
        },
      });
    });
  }

  /** Asks a model for something on behalf of the current process. */
  request<T>(request: Request<T>): Promise<T> {
    const process = this.#current;
    return new Promise<T>((resolve, reject) => {
      if (process.state !== 'running') return;
      this.#pending.push({
        process,
        request,
        resolve: resolve as (value: unknown) => void,
        reject,
        isRepetition: false,
      });
    });
  }

  setTimer(fire: () => void, ms: number): Timer {
    return this.#timer(this.#current, ms, fire);
  }

  /** Runs until a condition holds. @throws Violation */
  async runUntil(isDone: () => boolean): Promise<void> {
    await this.#run(() => isDone(), undefined);
    if (!isDone() && this.violation === undefined)
      this.fail('nothingHangs', 'Something waits for an answer that no one gives.');
    this.#throwViolation();
  }

  /** Lets time pass, and everything happen that happens by then. @throws Violation */
  async runFor(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await this.#run(() => false, untilMs);
    this.nowMs = Math.max(this.nowMs, untilMs);
    this.#throwViolation();
  }

  /** Sleeps in model time, outside of any process. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#timer(this.#outside, ms, resolve));
  }

  fail(invariant: string, message: string): void {
    this.violation ??= new Violation(invariant, message);
    this.tell(() => `VIOLATED ${invariant}: ${message}`);
  }

  kill(process: Process): void {
    if (process.state !== 'running') return;
    process.state = 'killed';
    this.#drop(process);
    this.onDeath(process);
    process.onKilled();
  }

  #throwViolation(): void {
    if (this.violation !== undefined) throw this.violation;
  }

  #newProcess(name: string, onKilled: () => void): Process {
    this.#processes += 1;
    const number = this.#processes;
    return { number, name, startedMs: this.nowMs, state: 'running', suspendedUntilMs: 0, onKilled };
  }

  #end(process: Process, then: () => void): void {
    if (process.state !== 'running') return;
    process.state = 'ended';
    this.#drop(process);
    this.onDeath(process);
    then();
  }

  #drop(process: Process): void {
    for (let index = this.#pending.length - 1; index >= 0; index--) {
      if (this.#pending[index]?.process === process) this.#pending.splice(index, 1);
    }
    for (const timer of this.#timers) if (timer.process === process) timer.isCleared = true;
  }

  #timer(process: Process, ms: number, fire: () => void): Timer {
    this.#timersMade += 1;
    const atMs = this.nowMs + Math.max(0, ms);
    const timer = { process, atMs, number: this.#timersMade, fire, isCleared: false };
    this.#timers.push(timer);
    return timer;
  }

  /**
   * The loop. Each step is a turn of its own in the queue of microtasks' elder sister, process.nextTick,
   * asked for by a microtask: so all microtasks that a step has set in motion are done before the next one.
   */
  #run(isDone: () => boolean, untilMs: number | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = () => {
        try {
          if (this.violation !== undefined || isDone() || !this.#step(untilMs)) {
            this.#current = this.#outside;
            resolve();
            return;
          }
        } catch (error) {
          reject(error);
          return;
        }
        queueMicrotask(() => process.nextTick(turn));
      };
      queueMicrotask(() => process.nextTick(turn));
    });
  }

  /** @returns whether anything was left to do. */
  #step(untilMs: number | undefined): boolean {
    this.steps += 1;
    if (this.steps > maxSteps) {
      this.fail('everythingEnds', `The history did not end within ${maxSteps} steps.`);
      return false;
    }
    const due = this.#nextTimer();
    const ready = this.#ready();
    const wakesMs = ready === -1 ? this.#wakesMs() : undefined;
    if (due !== undefined && due.atMs <= Math.max(this.nowMs, wakesMs ?? (ready === -1 ? due.atMs : 0))) {
      if (untilMs !== undefined && due.atMs > untilMs) return false;
      this.#fire(due);
      return true;
    }
    if (ready === -1) {
      if (wakesMs === undefined || (untilMs !== undefined && wakesMs > untilMs)) return false;
      this.nowMs = Math.max(this.nowMs, wakesMs);
      return true;
    }
    this.nowMs += operationMs;
    this.#perform(ready);
    this.check();
    return true;
  }

  #fire(timer: Timer): void {
    timer.isCleared = true;
    this.nowMs = Math.max(this.nowMs, timer.atMs);
    this.#current = timer.process;
    timer.fire();
  }

  /** The timer that is due first and whose process is not suspended at that time. */
  #nextTimer(): Timer | undefined {
    let first: Timer | undefined;
    let kept = 0;
    for (const timer of this.#timers) {
      if (timer.isCleared) continue;
      this.#timers[kept] = timer;
      kept += 1;
      if (timer.process.suspendedUntilMs > Math.max(this.nowMs, timer.atMs)) continue;
      if (first === undefined || timer.atMs < first.atMs) first = timer;
    }
    this.#timers.length = kept;
    return first;
  }

  #ready(): number {
    return this.#pending.findIndex(({ process }) => process.suspendedUntilMs <= this.nowMs);
  }

  /** When the first suspended process with something to do stands up again; undefined where there is none. */
  #wakesMs(): number | undefined {
    let first: number | undefined;
    const consider = (ms: number) => {
      if (first === undefined || ms < first) first = ms;
    };
    for (const { process } of this.#pending) consider(process.suspendedUntilMs);
    for (const { process, isCleared } of this.#timers)
      if (!isCleared && process.suspendedUntilMs > this.nowMs) consider(process.suspendedUntilMs);
    return first;
  }

  #perform(index: number): void {
    const pending = this.#pending[index];
    if (pending === undefined) return;
    const { label } = pending.request;
    const count = this.#counts.get(label) ?? 0;
    this.#counts.set(label, count + 1);
    const at = `${label}#${count}`;
    let position = index;
    let hasSuffered = false;
    for (const deed of this.#deedsAt(at, pending)) {
      if (deed.kind === 'act') this.act(deed.act);
      else if (deed.kind === 'overtake') position = this.#overtaking(deed.by, index);
      else if (!hasSuffered && this.#pending[index] === pending) {
        hasSuffered = true;
        this.#suffer(index, pending, deed);
      }
    }
    if (hasSuffered) return;
    const chosen = this.#pending[position];
    if (chosen === undefined) return;
    this.#pending.splice(position, 1);
    this.#current = chosen.process;
    this.#note(chosen.request.label, chosen.process.number);
    this.#tellOperation(chosen);
    this.#settle(chosen);
  }

  /** Another operation that could happen now; the same where there is none. */
  #overtaking(by: number, index: number): number {
    const others = this.#pending.flatMap(({ process }, other) =>
      other !== index && process.suspendedUntilMs <= this.nowMs ? [other] : [],
    );
    return others[by % Math.max(1, others.length)] ?? index;
  }

  #suffer(index: number, pending: Pending, deed: Deed): void {
    const { process, request } = pending;
    if (deed.kind === 'suspend') {
      this.tell(() => `${process.name} is suspended for ${deed.ms / 1000} s, before: ${request.label}`);
      process.suspendedUntilMs = this.nowMs + deed.ms;
      return;
    }
    this.#pending.splice(index, 1);
    this.#misperform(pending, deed);
  }

  #tellOperation({ process, request, isRepetition }: Pending): void {
    if (!this.#options.tells) return;
    const told = phrase(request.label);
    if (told !== undefined) this.tell(() => `  ${process.name} ${told}${isRepetition ? ' again' : ''}`);
  }

  #settle({ request, resolve, reject }: Pending, answer: () => unknown = request.apply): void {
    try {
      resolve(answer());
    } catch (error) {
      reject(error);
    }
  }

  #misperform(pending: Pending, deed: Deed): void {
    const { process, request } = pending;
    this.#current = process;
    this.#note(`${request.label} ${deed.kind}`, process.number);
    this.tell(() => `${tellDeed(deed)}: ${process.name}, ${phrase(request.label) ?? request.label}`);
    switch (deed.kind) {
      case 'kill':
        if (deed.when === 'after') tryTo(request.apply);
        this.kill(process);
        return;
      case 'fail':
        pending.reject(request.lost());
        return;
      case 'refuse':
        this.#settle(pending, () => (request.refused ?? request.apply)(deed.code));
        return;
      case 'lose':
        tryTo(request.apply);
        if (request.isRepeated && deed.client === 'retries')
          this.#pending.push({ ...pending, isRepetition: true });
        else pending.reject(request.lost());
        return;
      default:
        throw new Error(`${deed.kind} is not what an operation suffers`);
    }
  }

  #deedsAt(at: string, pending: Pending): readonly Deed[] {
    if (this.isCalm) return [];
    if (this.#replayed !== undefined) return this.#replayed.get(at) ?? [];
    const waiting = this.#pending.length;
    const deeds = this.#options.drawDeeds(this.random, { request: pending.request, waiting });
    for (const deed of deeds) this.drawn.push({ at, deed });
    return deeds;
  }

  #note(label: string, process: number): void {
    let hash = (this.hash * 31 + process) | 0;
    for (let index = 0; index < label.length; index++) hash = (hash * 31 + label.charCodeAt(index)) | 0;
    this.hash = hash;
  }
}

export type Invocation<T> =
  | { readonly kind: 'returned'; readonly value: T }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** Killed, or suspended for longer than a function may run. */
  | { readonly kind: 'lost' };

function tellDeed(deed: Deed): string {
  switch (deed.kind) {
    case 'kill':
      return `killed ${deed.when === 'before' ? 'before it takes effect' : 'after it took effect'}`;
    case 'fail':
      return 'fails, without effect';
    case 'refuse':
      return `refused with ${deed.code}`;
    case 'lose':
      return `takes effect, and its answer is lost; the client ${deed.client === 'retries' ? 'tries again' : 'gives up'}`;
    default:
      return deed.kind;
  }
}

function lost(): Error {
  return new Error('lost');
}

function tryTo(apply: () => unknown): void {
  try {
    apply();
  } catch (error) {
    if (error instanceof Violation) throw error;
  }
}

function byOperation(events: readonly Event[]): ReadonlyMap<string, readonly Deed[]> {
  const deeds = new Map<string, Deed[]>();
  for (const { at, deed } of events) deeds.set(at, [...(deeds.get(at) ?? []), deed]);
  return deeds;
}

let current: World | undefined;

/** The world of the history that runs. */
export function theWorld(): World {
  if (current === undefined) throw new Error('no history runs');
  return current;
}

/** Where no history runs, as while modules load, it is the beginning of time. */
export function modelNowMs(): number {
  return current?.nowMs ?? 0;
}

export function modelRandom(): number {
  return theWorld().chance();
}

export interface ModelTimer {
  readonly timer: Timer;
  unref(): ModelTimer;
  ref(): ModelTimer;
  refresh(): ModelTimer;
}

export function setModelTimer(fire: () => void, ms = 0): ModelTimer {
  const model: ModelTimer = {
    timer: theWorld().setTimer(fire, ms),
    unref: () => model,
    ref: () => model,
    refresh: () => model,
  };
  return model;
}

export function clearModelTimer(model: ModelTimer | undefined): void {
  if (model !== undefined) model.timer.isCleared = true;
}
