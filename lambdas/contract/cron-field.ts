/** One of the fields of a cron expression: what numbers and names it takes. */
export interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Upper case, the first one for `min`; empty: numbers alone. */
  readonly names: readonly string[];
}

/** The values that `*`, lists, ranges and steps stand for, ascending; undefined where the text is none of these. */
export function valuesOf(text: string, field: CronField): readonly number[] | undefined {
  const lists = text.split(',').map((part) => rangeOf(part, field));
  if (!lists.every((list) => list !== undefined)) return undefined;
  return [...new Set(lists.flat())].toSorted((a, b) => a - b);
}

/** `3`, `3-9`, `*`, each with `/2`; `3/2` goes on to the end of the field. */
function rangeOf(text: string, field: CronField): readonly number[] | undefined {
  const [range = '', step = '1', ...more] = text.split('/');
  if (more.length > 0 || !/^[1-9]\d{0,3}$/.test(step)) return undefined;
  const ends = range === '*' ? [field.min, field.max] : range.split('-').map((end) => numberOf(end, field));
  const [from, to = text.includes('/') ? field.max : from] = ends;
  if (ends.length > 2 || ends.includes(undefined) || from === undefined || to === undefined || from > to) {
    return undefined;
  }
  const values = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return values.filter((_, index) => index % Number(step) === 0);
}

function numberOf(text: string, field: CronField): number | undefined {
  const named = field.names.indexOf(text.toUpperCase());
  if (named !== -1) return field.min + named;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value >= field.min && value <= field.max ? value : undefined;
}
