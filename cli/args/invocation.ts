import type { FlowId, PartnerId, RunId } from '../../lambdas/contract/ids.ts';
import { CommandError, exitCodes } from '../exit-code.ts';
import type { FlowChoice } from './chosen-flows.ts';
import { type CommonOptions, readCommonOptions } from './common-options.ts';
import type { FilesPage } from './files-page.ts';
import { parseFlowId, parsePartnerId, parseRunId } from './names.ts';
import type { OptionDefinition } from './option-definition.ts';

/** What `Invocation.reason` reads: every command that changes a flow needs it. */
export const reasonOption: OptionDefinition = {
  flags: '--reason <text>',
  description: 'why; recorded in the audit log with your name',
  isRequired: true,
};

/** What `Invocation.optionalReason` reads: for what is recorded, and usually needs no explanation. */
export const optionalReasonOption: OptionDefinition = {
  flags: '--reason <text>',
  description: 'why; recorded in the audit log with your name',
};

const maxReasonLength = 500;

/**
 * The arguments and options that follow a command's name. Every method that parses throws CommandError
 * (usage) for a value that does not parse, naming the option and what it accepts.
 */
export class Invocation {
  /** As typed, in their order. */
  readonly args: readonly string[];
  /** As commander returns them: by name in camel case. */
  readonly options: Readonly<Record<string, unknown>>;

  constructor(args: readonly string[], options: Readonly<Record<string, unknown>>) {
    this.args = args;
    this.options = options;
  }

  commonOptions(): CommonOptions {
    return readCommonOptions(this.options);
  }

  /** `<partner>`. */
  partnerId(): PartnerId {
    return parsePartnerId(this.args[0]);
  }

  /** `<partner> <flow>`. */
  flowName(): { readonly partner: PartnerId; readonly flow: FlowId } {
    return { partner: this.partnerId(), flow: parseFlowId(this.args[1]) };
  }

  /** `<partner> [flow]`. */
  partnerOrFlow(): { readonly partner: PartnerId; readonly flow: FlowId | undefined } {
    const [, flow] = this.args;
    return { partner: this.partnerId(), flow: flow === undefined ? undefined : parseFlowId(flow) };
  }

  /** `[partner] [flow]`, which may name what does not exist. */
  flowChoice(): FlowChoice {
    return { partner: this.args[0], flow: this.args[1] };
  }

  /** `<run>`. */
  runId(): RunId {
    return parseRunId(this.args[0]);
  }

  /** `--reason <text>`: 1 to 500 characters. */
  reason(): string {
    const reason = (this.text('reason') ?? '').trim();
    if (reason !== '' && reason.length <= maxReasonLength) return reason;
    throw new CommandError(exitCodes.usage, `--reason must have 1 to ${maxReasonLength} characters.`);
  }

  /** `--reason <text>`, or an empty text without it. */
  optionalReason(): string {
    return this.text('reason') === undefined ? '' : this.reason();
  }

  /** `--limit <count>` and `--offset <count>`. */
  page(): FilesPage {
    return { offset: this.count('offset', 0) ?? 0, limit: this.count('limit', 0) ?? 0 };
  }

  /** @param name of a switch, in kebab case. */
  flag(name: string): boolean {
    return this.#option(name) === true;
  }

  /** @param name of an option, in kebab case. */
  text(name: string): string | undefined {
    const value = this.#option(name);
    return value === undefined ? undefined : String(value);
  }

  /** A whole number. */
  count(name: string, min: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= min) return value;
    throw new CommandError(exitCodes.usage, `--${name} must be a whole number from ${min}, not '${text}'.`);
  }

  /** A date, or a date with a time. */
  time(name: string): Date | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const time = new Date(text);
    if (!Number.isNaN(time.getTime())) return time;
    throw new CommandError(
      exitCodes.usage,
      `--${name} must be a time such as 2026-11-20T02:00:00Z or 2026-11-20, not '${text}'.`,
    );
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = allowed.find((each) => each === text);
    if (found !== undefined) return found;
    throw new CommandError(exitCodes.usage, `--${name} must be one of ${allowed.join(', ')}, not '${text}'.`);
  }

  #option(name: string): unknown {
    return this.options[name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
  }
}
