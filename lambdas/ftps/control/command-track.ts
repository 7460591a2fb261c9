import { isPreliminary, type Reply, shownText } from './reply.ts';

interface AnsweredCommand {
  readonly command: string;
  readonly reply: Reply;
}

/** Which command the next reply answers, and which reply was the last, so that an error can name both. */
export class CommandTrack {
  #awaited: readonly string[] = [];
  #isAwaiting = false;
  #preliminary: Reply | undefined;
  #last: AnsweredCommand | undefined;

  /** The replies to these commands are awaited from now on, in their order; with none, the greeting. */
  begin(commands: readonly string[]): void {
    this.#awaited = commands;
    this.#isAwaiting = true;
    this.#preliminary = undefined;
  }

  /** No reply is awaited any more. */
  finish(): void {
    this.#isAwaiting = false;
  }

  get isAwaiting(): boolean {
    return this.#isAwaiting;
  }

  /** The command whose reply is the next one, safe to show; `the greeting` before any command. */
  get current(): string {
    const [command] = this.#awaited;
    if (command !== undefined) return shownCommand(command);
    return this.#last === undefined ? 'the greeting' : this.#last.command;
  }

  /** A preliminary reply to the current command, which announces another one. */
  get preliminary(): Reply | undefined {
    return this.#preliminary;
  }

  /**
   * Notes the reply to the current command.
   * @returns why it cannot be one: it has the code of the reply before, which this command never gets, so
   * that the server has sent one reply too many. Undefined where it can.
   */
  note(reply: Reply): string | undefined {
    const [command, ...more] = this.#awaited;
    const before = this.#last;
    if (command !== undefined && before !== undefined && isMisplaced(command, reply, before)) {
      return `the server answered ${shownCommand(command)} with "${reply.shown}", which belongs to the command before it, ${before.command}: it sent one reply too many`;
    }
    if (isPreliminary(reply)) {
      this.#preliminary = reply;
      return undefined;
    }
    this.#last = { command: this.current, reply };
    this.#preliminary = undefined;
    this.#awaited = more;
    return undefined;
  }

  /** Says of a reply that came while no command awaited one what came before it. */
  explainUnawaited(shown: string): string {
    const before = this.#last;
    const last =
      before === undefined
        ? 'before any command'
        : `although it had answered ${before.command} with "${before.reply.shown}" already`;
    return `the server sent "${shown}" when no reply was due, ${last}`;
  }
}

/** The command as it may be shown: the arguments of PASS and ACCT are secrets, that of SITE may be one. */
function shownCommand(line: string): string {
  return shownText(line.replace(/^(PASS|ACCT|SITE)\b.*$/is, '$1 ***'));
}

/** A reply that this command never gets, and the command before it does, or has got. */
function isMisplaced(command: string, { code }: Reply, before: AnsweredCommand): boolean {
  if (mayGet(command, code)) return false;
  return before.reply.code === code || (codesOf(before.command)?.includes(code) ?? false);
}

/** Whether a server may answer this command with this code (RFC 959, 5.4; 2228; 2389; 2428; 3659; 4217). */
function mayGet(command: string, code: number): boolean {
  const codes = codesOf(command);
  return code >= 400 || code === needsAccount || codes === undefined || codes.includes(code);
}

function codesOf(command: string): readonly number[] | undefined {
  const [name = ''] = command.split(' ');
  return successCodes.get(name.toUpperCase());
}

/** RFC 959, 4.2.2: it may come at any command. */
const needsAccount = 332;

const transfer = [125, 150, 226, 250];
const successCodes: ReadonlyMap<string, readonly number[]> = new Map([
  ['AUTH', [234, 334]],
  ['USER', [230, 232, 331, 332]],
  ['PASS', [202, 230, 332]],
  ['ACCT', [202, 230, 331]],
  ['PBSZ', [200]],
  ['PROT', [200]],
  // 200: servers that accept every command that they do not know.
  ['FEAT', [200, 211]],
  ['TYPE', [200]],
  ['EPSV', [229]],
  ['PASV', [227]],
  ['CWD', [200, 250]],
  ['MKD', [250, 257]],
  ['DELE', [200, 250]],
  ['NOOP', [200]],
  ['SIZE', [213]],
  ['MDTM', [213]],
  ['MLST', [250]],
  ['REST', [350]],
  ['RNFR', [350]],
  ['RNTO', [250]],
  ['RETR', transfer],
  ['STOR', transfer],
  ['APPE', transfer],
  ['LIST', transfer],
  ['MLSD', transfer],
]);
