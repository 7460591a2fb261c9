/** An option of a command, for its help. */
export interface OptionDefinition {
  /** `--limit <count>`, or `--json` for a switch. */
  readonly flags: string;
  readonly description: string;
  readonly default?: string;
  readonly isRequired?: true;
  /** The heading of the help under which it stands; undefined: `Options`. */
  readonly heading?: string;
}
