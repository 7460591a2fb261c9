import type { OptionDefinition } from './option-definition.ts';

/** Which files of a list to show. */
export interface FilesPage {
  /** How many files to skip. */
  readonly offset: number;
  /** How many files to show at most. */
  readonly limit: number;
}

/** The options that `Invocation.page` reads. @param what the list has, in the plural. */
export function pageOptions(what: string): readonly OptionDefinition[] {
  return [
    { flags: '--limit <count>', description: `show at most this many ${what}`, default: '1000' },
    { flags: '--offset <count>', description: `skip this many ${what}`, default: '0' },
  ];
}
