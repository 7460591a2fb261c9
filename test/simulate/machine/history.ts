import type { Config } from '../scenario/config.ts';

/** What the scheduler does at one operation of the code under test, instead of letting it happen. */
export type Deed =
  /** The function dies before the operation takes effect, or after it, before the answer arrives. */
  | { readonly kind: 'kill'; readonly when: 'before' | 'after' }
  /** The operation does not take effect, and fails: a reset connection, a throttled table. */
  | { readonly kind: 'fail' }
  /**
   * It takes effect, and its answer is lost. `retries`: the client sends the request again, as those of AWS
   * do. `gives-up`: the caller only learns that the connection is gone.
   */
  | { readonly kind: 'lose'; readonly client: 'retries' | 'gives-up' }
  /** The server refuses a command, without doing it. */
  | { readonly kind: 'refuse'; readonly code: number }
  /** The function stands still, as a frozen machine does, and then continues as if nothing had been. */
  | { readonly kind: 'suspend'; readonly ms: number }
  /** Another pending operation goes first. */
  | { readonly kind: 'overtake'; readonly by: number }
  /** The world acts between two operations. */
  | { readonly kind: 'act'; readonly act: Act };

/** An event of a history: a deed at the n-th operation with a label. */
export interface Event {
  /** The label of the operation and how many of this label came before: `bucket put inbox#0`. */
  readonly at: string;
  readonly deed: Deed;
}

/** How the modified time of a file that the partner writes comes about. */
export type FileTime = 'now' | 'last-summer' | 'same' | 'same-minute';

/** What the partner, the users of the outbox, or an operator do. An act that is impossible does nothing. */
export type Act =
  | {
      readonly kind: 'put';
      readonly file: string;
      readonly bytes: 'same-size' | 'other-size' | 'same';
      readonly time: FileTime;
    }
  /** The partner begins to write a file, adds to it, or ends it. */
  | { readonly kind: 'begin' | 'grow' | 'end' | 'remove' | 'mark' | 'touch'; readonly file: string }
  | { readonly kind: 'rename'; readonly file: string; readonly to: string }
  /** An object of the outbox is put or deleted. */
  | {
      readonly kind: 'put-object';
      readonly file: string;
      readonly bytes: 'same-size' | 'other-size' | 'same';
      /** When S3 reports it, in milliseconds; twice, or never. */
      readonly delaysMs: readonly number[];
    }
  | { readonly kind: 'delete-object'; readonly file: string }
  /** Somebody else's file at a target of the push, as long as ours. */
  | { readonly kind: 'foreign'; readonly file: string }
  /** The partner takes the file that was delivered. */
  | { readonly kind: 'take'; readonly file: string }
  /** An operator changes `connection.maxConnections`. */
  | { readonly kind: 'connections'; readonly to: number };

/** What happens between two starts of the work. */
export interface Round {
  readonly acts: readonly Act[];
  readonly waitMs: number;
  /** How many executions are started, one shortly after the other. */
  readonly starts: number;
  /** What is done while they run. */
  readonly late: { readonly afterMs: number; readonly acts: readonly Act[]; readonly starts: number };
}

/** A whole history: what is given, and everything that happens to it. */
export interface History {
  readonly config: Config;
  readonly rounds: readonly Round[];
  readonly events: readonly Event[];
}

/** What came out of a history. */
export interface Outcome {
  /** Undefined where every invariant held. */
  readonly violation: { readonly invariant: string; readonly message: string } | undefined;
  /** The history with the events that were drawn while it ran. */
  readonly history: History;
  /** One line for each thing that happened, in plain English; empty unless asked for. */
  readonly story: readonly string[];
  readonly steps: number;
  /** Of everything that happened: the same seed must give the same. */
  readonly hash: number;
}
