import type { ModifiedTime } from '../../../core/listing/remote-file.ts';
import type { DateOrder } from '../../session/learned-behaviour.ts';
import type { ListedEntry, OrderedDates } from '../formats/listed-entry.ts';
import type { NameQuestion } from './agreement.ts';

/** No zone and no clock that is a little wrong explains more between a listed time and that of MDTM. */
const maxApartMs = 26 * 60 * 60_000;

/**
 * The order of dates that the answers to MDTM show: the only one in which each listed date is that time, as
 * far as a time zone can be between them. Undefined where none is, or several are.
 */
export function orderByTimes(
  answers: readonly { readonly dates: OrderedDates; readonly mdtm: ModifiedTime }[],
): DateOrder | undefined {
  if (answers.length === 0) return undefined;
  const fitting = (['mdy', 'dmy', 'ymd'] as const).filter((order) =>
    answers.every(({ dates, mdtm }) => isSameTime(dates[order], mdtm)),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

function isSameTime(listed: ModifiedTime | undefined, mdtm: ModifiedTime): boolean {
  if (listed === undefined) return false;
  return Math.abs(Date.parse(`${listed.wallClock}Z`) - Date.parse(`${mdtm.wallClock}Z`)) <= maxApartMs;
}

/** The answer to SIZE for a name: `absent` for 550; undefined where the server does not tell. */
export type NameAnswer = { readonly sizeBytes: number } | 'absent' | undefined;

/**
 * The entry of the name that exists. Undefined: no one can tell, and the line is reported. A server that cuts
 * blanks off its arguments finds the name also with them, so without them it is found everywhere; unless the
 * other one is a file of its own, which the sizes show.
 */
export function nameByAnswers(
  { entries: [asItStands, without], otherwise }: NameQuestion,
  [first, second]: readonly NameAnswer[],
): ListedEntry | undefined {
  const isFirst = typeof first === 'object';
  const isSecond = typeof second === 'object';
  if (isFirst && !isSecond) return asItStands;
  if (isSecond && !isFirst) return without;
  if (isFirst && isSecond) {
    if (first.sizeBytes === second.sizeBytes) return without;
    const { sizeBytes } = asItStands.kind === 'file' ? asItStands : { sizeBytes: undefined };
    if (sizeBytes === first.sizeBytes) return asItStands;
    return sizeBytes === second.sizeBytes ? without : undefined;
  }
  return otherwise === 'as-it-stands' ? asItStands : undefined;
}
