/** A field of a cron expression, with the numbers and names that it accepts. */
export interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** In upper case, the first one for `min`; empty: numbers only. */
  readonly names: readonly string[];
}

/**
 * The values of a field that consists of `*`, lists, ranges and steps, ascending; undefined if the text is
 * not valid.
 * @example fieldValues('0/30', minutes) // [0, 30]
 */
export function fieldValues(text: string, field: CronField): readonly number[] | undefined {
  const lists = text.split(',').map((part) => parseRange(part, field));
  if (!lists.every((list) => list !== undefined)) return undefined;
  return [...new Set(lists.flat())].toSorted((a, b) => a - b);
}

/** `3`, `3-9` or `*`, each optionally with a step such as `/2`; `3/2` runs from 3 to the end of the field. */
function parseRange(text: string, field: CronField): readonly number[] | undefined {
  const [range = '', step = '1', ...more] = text.split('/');
  if (more.length > 0 || !/^[1-9]\d{0,3}$/.test(step)) return undefined;
  const ends =
    range === '*' ? [field.min, field.max] : range.split('-').map((end) => parseNumber(end, field));
  const [from, to = text.includes('/') ? field.max : from] = ends;
  if (ends.length > 2 || ends.includes(undefined) || from === undefined || to === undefined || from > to) {
    return undefined;
  }
  const values = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return values.filter((_, index) => index % Number(step) === 0);
}

function parseNumber(text: string, field: CronField): number | undefined {
  const named = field.names.indexOf(text.toUpperCase());
  if (named !== -1) return field.min + named;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value >= field.min && value <= field.max ? value : undefined;
}
