import { UnsupportedTemplateError } from '../account/template-errors.ts';
import { isObject, type JsonValue } from '../endpoint/json-value.ts';

/** Whether a rule applies to the event. */
export type EventMatcher = (event: JsonValue) => boolean;

/** Whether a field of an event matches its part of a pattern; the value is undefined where it is missing. */
type ValueMatcher = (value: JsonValue | undefined) => boolean;

/**
 * Reads a rule's event pattern. Every field of the pattern must match; a list in the pattern matches if any
 * of its elements does, and so does a list in the event. The operators prefix, suffix, anything-but, exists
 * and numeric are supported.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 * @param where names the rule in errors.
 * @throws UnsupportedTemplateError for anything else: a pattern is never matched in part.
 */
export function readEventPattern(pattern: JsonValue, where: string): EventMatcher {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) {
    throw new UnsupportedTemplateError(where, 'it must be an object with at least one field');
  }
  const fields = Object.entries(pattern).map(([name, inner]): [string, ValueMatcher] => {
    const path = `${where}.${name}`;
    if (name.startsWith('$')) throw new UnsupportedTemplateError(path, `the operator '${name}'`);
    return [name, Array.isArray(inner) ? anyOf(inner, path) : nested(readEventPattern(inner, path))];
  });
  return (event) =>
    fields.every(([name, matches]) => {
      const isThere = isObject(event) && Object.hasOwn(event, name);
      return matches(isThere ? event[name] : undefined);
    });
}

/** A missing field counts as an object without fields, so that `exists: false` matches inside of it. */
function nested(matches: EventMatcher): ValueMatcher {
  return (value) => (Array.isArray(value) ? value.some(matches) : matches(value ?? {}));
}

function anyOf(alternatives: readonly JsonValue[], path: string): ValueMatcher {
  if (alternatives.length === 0) throw new UnsupportedTemplateError(path, 'an empty list matches nothing');
  const matchers = alternatives.map((alternative) => readAlternative(alternative, path));
  return (value) => matchers.some((matches) => matches(value));
}

function readAlternative(alternative: JsonValue, path: string): ValueMatcher {
  if (!isObject(alternative)) return matchValueOrElement(matchExactly(alternative, path));
  const [[operator, operand] = ['', null], ...others] = Object.entries(alternative);
  if (others.length > 0) throw new UnsupportedTemplateError(path, 'an object with several operators');
  switch (operator) {
    case 'prefix': {
      const text = readText(operand, `${path}.prefix`);
      return matchValueOrElement((value) => typeof value === 'string' && value.startsWith(text));
    }
    case 'suffix': {
      const text = readText(operand, `${path}.suffix`);
      return matchValueOrElement((value) => typeof value === 'string' && value.endsWith(text));
    }
    case 'anything-but': {
      const excluded = (Array.isArray(operand) ? operand : [operand]).map((each) => matchExactly(each, path));
      return matchValueOrElement((value) => excluded.every((matches) => !matches(value)));
    }
    case 'exists': {
      if (typeof operand !== 'boolean') {
        throw new UnsupportedTemplateError(`${path}.exists`, 'it must be true or false');
      }
      return (value) => (value !== undefined && !isObject(value)) === operand;
    }
    case 'numeric':
      return matchValueOrElement(readNumeric(operand, `${path}.numeric`));
    default:
      throw new UnsupportedTemplateError(path, `the operator '${operator}'`);
  }
}

/** Matches a value that is present, or any element of a list that is present. */
function matchValueOrElement(matches: (value: JsonValue) => boolean): ValueMatcher {
  return (value) => {
    if (value === undefined) return false;
    return Array.isArray(value) ? value.some(matches) : matches(value);
  };
}

function matchExactly(wanted: JsonValue, path: string): (value: JsonValue) => boolean {
  if (wanted !== null && typeof wanted === 'object') {
    throw new UnsupportedTemplateError(path, `${JSON.stringify(wanted)} is not a plain value`);
  }
  return (value) => value === wanted;
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `['>', 0, '<=', 5]`: all pairs must hold. */
function readNumeric(operand: JsonValue, path: string): (value: JsonValue) => boolean {
  if (!Array.isArray(operand) || operand.length === 0 || operand.length % 2 !== 0) {
    throw new UnsupportedTemplateError(path, 'it must be pairs of a comparison and a number');
  }
  const bounds = Array.from({ length: operand.length / 2 }, (_, pair) => {
    const [sign, bound] = operand.slice(2 * pair);
    const compare =
      typeof sign === 'string' && Object.hasOwn(comparisons, sign) ? comparisons[sign] : undefined;
    if (compare === undefined || typeof bound !== 'number') {
      throw new UnsupportedTemplateError(path, `${JSON.stringify(sign)} ${JSON.stringify(bound)}`);
    }
    return (value: number) => compare(value, bound);
  });
  return (value) => typeof value === 'number' && bounds.every((holds) => holds(value));
}

function readText(value: JsonValue, path: string): string {
  if (typeof value === 'string') return value;
  throw new UnsupportedTemplateError(path, `${JSON.stringify(value)} is not a string`);
}
