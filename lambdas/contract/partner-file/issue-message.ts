import type { z } from 'zod';
import { didYouMean } from '../did-you-mean.ts';

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of settings',
};

/** Texts of a format of zod, such as `z.iso.date()`. */
const formats: Readonly<Record<string, string>> = {
  date: 'a date such as 2026-12-25',
  datetime: 'a time such as 2026-12-25T02:15:00Z',
};

/**
 * The message for an issue whose schema has none of its own, as the end of a sentence that begins with the
 * key; undefined leaves zod's message.
 * @example connection.security must be explicit or implicit
 */
export function issueMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type': {
      const isQuotedNumber = issue.expected === 'number' && typeof issue.input === 'string';
      const isLoneText = issue.expected === 'array' && typeof issue.input === 'string';
      const help = isQuotedNumber
        ? ', without quotes'
        : isLoneText
          ? `: [${JSON.stringify(issue.input)}]`
          : '';
      return `must be ${typeNames[issue.expected] ?? issue.expected}${help}`;
    }
    case 'invalid_value': {
      const values = issue.values.map(String);
      return `must be ${anyOf(values)}${didYouMean(String(issue.input), values)}`;
    }
    case 'invalid_format':
      return formats[issue.format] === undefined ? undefined : `must be ${formats[issue.format]}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return 'has a value that is not allowed here; docs/partners.md explains the setting';
    case 'too_small':
      return limitText(issue.origin, 'at least', issue.minimum);
    case 'too_big':
      return limitText(issue.origin, 'at most', issue.maximum);
    default:
      return undefined;
  }
}

function limitText(origin: string, bound: 'at least' | 'at most', limit: number | bigint): string {
  if (origin === 'string') return `must have ${bound} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
  if (origin === 'array') return `must have ${bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `must be ${bound} ${limit}`;
}

function anyOf(values: readonly string[]): string {
  const last = values.at(-1);
  return values.length > 1 ? `${values.slice(0, -1).join(', ')} or ${last}` : `${last}`;
}
