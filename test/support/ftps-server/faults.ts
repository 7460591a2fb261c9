/** When something is to go wrong. The first rule that fits and is not used up is the one that is played. */
export interface FaultRule {
  /** A command's name in upper case, or `connect`: the moment a control connection is accepted. */
  readonly on: string;
  /** The absolute path that the command is about, the working directory for a listing. Any path unless told. */
  readonly path?: string | RegExp;
  /** How often it is played; for ever unless told. */
  readonly times?: number;
  /** How many fitting commands pass before the first one it is played on. */
  readonly after?: number;
  readonly do: FaultAction;
}

export type FaultAction = ControlFault | DataFault;

/** What goes wrong on the control connection. */
type ControlFault =
  /** Answers this, and does not do what was asked. On `connect` it takes the place of the greeting, and the server hangs up. */
  | { readonly kind: 'reply'; readonly code: number; readonly text: string }
  /** Waits first, then does what was asked. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Calls this first, waits for what it returns, then does what was asked: to change the tree between two commands. */
  | { readonly kind: 'beforehand'; readonly change: () => unknown }
  /** Never answers. The connection stays open. */
  | { readonly kind: 'silence' }
  /** Drops the control connection: instead of doing what was asked, or after it was done and before the reply. */
  | { readonly kind: 'cut-control'; readonly when: 'before' | 'after'; readonly with?: 'fin' | 'reset' }
  /** On AUTH, or on `connect` in implicit mode: agrees to TLS, and then sends nothing. */
  | { readonly kind: 'stall-handshake' }
  /** On PASV: sends clients to another host. */
  | { readonly kind: 'passive-host'; readonly host: string };

/** What goes wrong on the data connection of a listing or a transfer. */
type DataFault =
  /**
   * Ends the data connection after that many bytes: as if all were well, with a bare FIN (no close_notify), or with a reset.
   * Then comes the reply: 226 (the lie) unless told.
   */
  | {
      readonly kind: 'cut-data';
      readonly afterBytes: number;
      readonly with: 'close-notify' | 'fin' | 'reset';
      readonly code?: number;
      readonly text?: string;
    }
  /** Sends that many bytes, and then nothing more; no reply either. */
  | { readonly kind: 'stall-data'; readonly afterBytes: number }
  /** Accepts the data connection and never does the TLS handshake on it. */
  | { readonly kind: 'stall-data-handshake' }
  /** Sends that many bytes beyond the file's end. */
  | { readonly kind: 'extra-data'; readonly bytes: number }
  /** Sends everything, and then says this instead of 226. */
  | { readonly kind: 'final-reply'; readonly code: number; readonly text: string }
  /** Sends everything, and never says 226. */
  | { readonly kind: 'no-final-reply' }
  /** Sends everything, and says 226 that much later: a server that works on a file before it confirms. */
  | { readonly kind: 'delay-final-reply'; readonly delayMs: number }
  /** Calls this once that many bytes were sent, and waits for what it returns: to change the tree under a running transfer, or to hold it. */
  | { readonly kind: 'meanwhile'; readonly afterBytes: number; readonly change: () => unknown }
  /** Puts these lines in front of a listing, as they are; bytes are written as they are too. */
  | { readonly kind: 'garbage-lines'; readonly lines: readonly (string | Buffer)[] }
  /** Ends a listing after that many whole lines, then says this: 226 unless told. */
  | { readonly kind: 'short-listing'; readonly lines: number; readonly code?: number; readonly text?: string }
  /** Sends an empty listing and says 226, also for a directory that is not there, as vsftpd does for LIST with a path. */
  | { readonly kind: 'empty-listing' };

/** What just happened, as far as rules can fit it. */
export interface FaultOccasion {
  readonly on: string;
  readonly path: string | undefined;
}

/** The rules of one server, in the order they were made. */
export class FaultRules {
  readonly #rules: { readonly rule: FaultRule; seen: number; played: number }[] = [];

  /** Adds a rule and returns the function that takes it away again. */
  add(rule: FaultRule): () => void {
    const entry = { rule, seen: 0, played: 0 };
    this.#rules.push(entry);
    return () => {
      const index = this.#rules.indexOf(entry);
      if (index >= 0) this.#rules.splice(index, 1);
    };
  }

  clear(): void {
    this.#rules.length = 0;
  }

  /** What to play on this occasion, counted as played; undefined where all is to go well. */
  take(occasion: FaultOccasion): FaultAction | undefined {
    for (const entry of this.#rules) {
      if (!fits(entry.rule, occasion)) continue;
      entry.seen += 1;
      if (entry.seen <= (entry.rule.after ?? 0) || entry.played >= (entry.rule.times ?? Infinity)) continue;
      entry.played += 1;
      return entry.rule.do;
    }
    return undefined;
  }
}

function fits(rule: FaultRule, { on, path }: FaultOccasion): boolean {
  if (rule.on.toUpperCase() !== on.toUpperCase()) return false;
  if (rule.path === undefined) return true;
  if (path === undefined) return false;
  return typeof rule.path === 'string' ? rule.path === path : rule.path.test(path);
}
