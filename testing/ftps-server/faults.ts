/** When to inject which fault. The first rule that matches and is not used up applies. */
export interface FaultRule {
  /** A command in upper case, or `connect`: when a control connection is accepted. */
  readonly on: string;
  /** The absolute path of the command, or the working directory for a listing. Default: any path. */
  readonly path?: string | RegExp;
  /** How often the rule applies. Default: always. */
  readonly times?: number;
  /** How many matching commands succeed before the rule applies. Default: 0. */
  readonly after?: number;
  /** What happens instead of the proper behaviour. */
  readonly do: FaultAction;
}

/** What the server does, on the control connection or on the data connection of the command. */
export type FaultAction = ControlFault | DataFault;

/** How a control connection ends: properly, with a bare FIN, with a reset, or only with silence. */
export type ControlEnd = 'close-notify' | 'fin' | 'reset' | 'silence';

/** Faults of the control connection. */
type ControlFault =
  /**
   * Sends this reply and does not execute the command. On `connect` it replaces the greeting, and the server
   * hangs up.
   */
  | { readonly kind: 'reply'; readonly code: number; readonly text: string }
  /**
   * Sends these bytes instead of a reply, and does not execute the command: a reply without an end, with
   * another code at its end, or nonsense. On `connect` they replace the greeting, and the server goes on.
   */
  | { readonly kind: 'reply-bytes'; readonly bytes: string }
  /**
   * Executes the command and sends its final reply a second time: with the first, or only when the next
   * command has come, before the reply to that one. On `connect`: the greeting.
   */
  | { readonly kind: 'second-reply'; readonly when: 'at-once' | 'before-next' }
  /** Waits, then executes the command. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Awaits this call, then executes the command: to change the tree between two commands. */
  | { readonly kind: 'beforehand'; readonly change: () => unknown }
  /** Never answers. The connection stays open. */
  | { readonly kind: 'silence' }
  /** Closes the control connection before the command is executed, or after it and before the reply. */
  | { readonly kind: 'cut-control'; readonly when: 'before' | 'after'; readonly with?: 'fin' | 'reset' }
  /**
   * Beginning with the reply to this command, sends only so many bytes of replies, and then ends the control
   * connection.
   */
  | { readonly kind: 'cut-replies'; readonly afterBytes: number; readonly with: ControlEnd }
  /**
   * After this command, receives only so many bytes of commands, and then ends the control connection in the
   * same ways. A command that is cut is not executed; those before it are, and are answered.
   */
  | { readonly kind: 'cut-commands'; readonly afterBytes: number; readonly with: ControlEnd }
  /** On AUTH, or on `connect` in implicit mode: accepts TLS, and then stays silent. */
  | { readonly kind: 'stall-handshake' }
  /** On PASV: announces another host. */
  | { readonly kind: 'passive-host'; readonly host: string };

/** Faults of the data connection of a listing or a transfer. */
type DataFault =
  /**
   * Ends the data connection after so many bytes: properly, with a bare FIN (no close_notify), or with a
   * reset. Then sends the reply. Default: 226, which is a lie.
   */
  | {
      readonly kind: 'cut-data';
      readonly afterBytes: number;
      readonly with: 'close-notify' | 'fin' | 'reset';
      readonly code?: number;
      readonly text?: string;
    }
  /** Sends so many bytes, then nothing more, and no reply. */
  | { readonly kind: 'stall-data'; readonly afterBytes: number }
  /** Accepts the data connection, but not the TLS handshake. */
  | { readonly kind: 'stall-data-handshake' }
  /**
   * Sends nothing over the data connection, not even TLS, and then this reply (default: 226, which is true
   * where there is nothing to send), after a 150 or at once. The data connection ends before the reply, or
   * stays open.
   */
  | {
      readonly kind: 'unused-data';
      readonly ends: 'fin' | 'reset' | 'never';
      readonly begins?: 'with-150' | 'at-once';
      readonly code?: number;
      readonly text?: string;
    }
  /** Sends so many bytes beyond the end of the file. */
  | { readonly kind: 'extra-data'; readonly bytes: number }
  /** Sends everything, then this reply instead of 226. */
  | { readonly kind: 'final-reply'; readonly code: number; readonly text: string }
  /** Sends everything, and never the 226. */
  | { readonly kind: 'no-final-reply' }
  /** Sends everything, and the 226 with a delay: a server that processes a file before it confirms. */
  | { readonly kind: 'delay-final-reply'; readonly delayMs: number }
  /** Awaits this call after so many bytes: to change the tree during a transfer, or to pause it. */
  | { readonly kind: 'meanwhile'; readonly afterBytes: number; readonly change: () => unknown }
  /** Sends these lines before a listing, unchanged. */
  | { readonly kind: 'garbage-lines'; readonly lines: readonly (string | Buffer)[] }
  /** Sends these lines instead of a listing: those of a server of another kind. */
  | { readonly kind: 'listing-lines'; readonly lines: readonly (string | Buffer)[] }
  /** Ends a listing after so many lines, then sends this reply. Default: 226. */
  | { readonly kind: 'short-listing'; readonly lines: number; readonly code?: number; readonly text?: string }
  /** Sends an empty listing and 226, also for a missing directory, as vsftpd does for LIST with a path. */
  | { readonly kind: 'empty-listing' };

/** What rules are matched against. */
export interface FaultOccasion {
  readonly on: string;
  readonly path: string | undefined;
}

/** The rules of one server, in the order of their addition. */
export class FaultRules {
  readonly #rules: { readonly rule: FaultRule; matches: number; uses: number }[] = [];

  /** Adds a rule. @returns the function that removes it. */
  add(rule: FaultRule): () => void {
    const entry = { rule, matches: 0, uses: 0 };
    this.#rules.push(entry);
    return () => {
      const index = this.#rules.indexOf(entry);
      if (index >= 0) this.#rules.splice(index, 1);
    };
  }

  clear(): void {
    this.#rules.length = 0;
  }

  /** The fault to inject, counted as a use; undefined where no rule applies. */
  take(occasion: FaultOccasion): FaultAction | undefined {
    for (const entry of this.#rules) {
      if (!matches(entry.rule, occasion)) continue;
      entry.matches += 1;
      if (entry.matches <= (entry.rule.after ?? 0) || entry.uses >= (entry.rule.times ?? Infinity)) continue;
      entry.uses += 1;
      return entry.rule.do;
    }
    return undefined;
  }
}

function matches(rule: FaultRule, { on, path }: FaultOccasion): boolean {
  if (rule.on.toUpperCase() !== on.toUpperCase()) return false;
  if (rule.path === undefined) return true;
  if (path === undefined) return false;
  return typeof rule.path === 'string' ? rule.path === path : rule.path.test(path);
}
