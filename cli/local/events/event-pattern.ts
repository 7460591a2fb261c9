import { isObject, type JsonValue } from '../states/json-path.ts';
import { TemplateNotUnderstood } from '../template/template-not-understood.ts';

/** Whether an event is one that a rule is for. */
export type EventMatcher = (event: JsonValue) => boolean;

/** Whether one value in an event, undefined where the field is not there, is one that a pattern names. */
type ValueMatcher = (value: JsonValue | undefined) => boolean;

/**
 * Reads a rule's event pattern: every field of it must match, a list in it matches by any of its elements, and a list in the
 * event by any of its own. Of the comparison operators it knows prefix, suffix, anything-but, exists and numeric.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 * @param where the rule, for the error.
 * @throws TemplateNotUnderstood for what it does not know: a pattern is never matched in part.
 */
export function readEventPattern(pattern: JsonValue, where: string): EventMatcher {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) {
    throw new TemplateNotUnderstood(`${where}: an event pattern is an object with at least one field`);
  }
  const fields = Object.entries(pattern).map(([name, inner]): [string, ValueMatcher] => {
    const path = `${where}.${name}`;
    if (name.startsWith('$')) throw new TemplateNotUnderstood(`${path}: the operator '${name}'`);
    return [name, Array.isArray(inner) ? anyOf(inner, path) : nested(readEventPattern(inner, path))];
  });
  return (event) =>
    fields.every(([name, matches]) => {
      const isThere = isObject(event) && Object.hasOwn(event, name);
      return matches(isThere ? event[name] : undefined);
    });
}

/** A field that is not there is an object without fields: `exists: false` holds of what is in it. */
function nested(matches: EventMatcher): ValueMatcher {
  return (value) => (Array.isArray(value) ? value.some(matches) : matches(value ?? {}));
}

function anyOf(alternatives: readonly JsonValue[], path: string): ValueMatcher {
  if (alternatives.length === 0) throw new TemplateNotUnderstood(`${path}: an empty list matches nothing`);
  const matchers = alternatives.map((alternative) => readAlternative(alternative, path));
  return (value) => matchers.some((matches) => matches(value));
}

function readAlternative(alternative: JsonValue, path: string): ValueMatcher {
  if (!isObject(alternative)) return ofElements(exactly(alternative, path));
  const [[operator, operand] = ['', null], ...others] = Object.entries(alternative);
  if (others.length > 0) throw new TemplateNotUnderstood(`${path}: one operator in an object, not several`);
  switch (operator) {
    case 'prefix': {
      const text = textOf(operand, `${path}.prefix`);
      return ofElements((value) => typeof value === 'string' && value.startsWith(text));
    }
    case 'suffix': {
      const text = textOf(operand, `${path}.suffix`);
      return ofElements((value) => typeof value === 'string' && value.endsWith(text));
    }
    case 'anything-but': {
      const refused = (Array.isArray(operand) ? operand : [operand]).map((each) => exactly(each, path));
      return ofElements((value) => refused.every((matches) => !matches(value)));
    }
    case 'exists': {
      if (typeof operand !== 'boolean') throw new TemplateNotUnderstood(`${path}.exists: not true or false`);
      return (value) => (value !== undefined && !isObject(value)) === operand;
    }
    case 'numeric':
      return ofElements(readNumeric(operand, `${path}.numeric`));
    default:
      throw new TemplateNotUnderstood(`${path}: the operator '${operator}'`);
  }
}

/** What holds of a value that is there, or of an element of a list that is there. */
function ofElements(matches: (value: JsonValue) => boolean): ValueMatcher {
  return (value) => {
    if (value === undefined) return false;
    return Array.isArray(value) ? value.some(matches) : matches(value);
  };
}

function exactly(wanted: JsonValue, path: string): (value: JsonValue) => boolean {
  if (wanted !== null && typeof wanted === 'object') {
    throw new TemplateNotUnderstood(`${path}: ${JSON.stringify(wanted)} where a plain value belongs`);
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

/** `['>', 0, '<=', 5]`: pairs that must all hold. */
function readNumeric(operand: JsonValue, path: string): (value: JsonValue) => boolean {
  if (!Array.isArray(operand) || operand.length === 0 || operand.length % 2 !== 0) {
    throw new TemplateNotUnderstood(`${path}: pairs of a comparison and a number`);
  }
  const bounds = Array.from({ length: operand.length / 2 }, (_, pair) => {
    const [sign, bound] = operand.slice(2 * pair);
    const compare =
      typeof sign === 'string' && Object.hasOwn(comparisons, sign) ? comparisons[sign] : undefined;
    if (compare === undefined || typeof bound !== 'number') {
      throw new TemplateNotUnderstood(`${path}: ${JSON.stringify(sign)} ${JSON.stringify(bound)}`);
    }
    return (value: number) => compare(value, bound);
  });
  return (value) => typeof value === 'number' && bounds.every((holds) => holds(value));
}

function textOf(value: JsonValue, path: string): string {
  if (typeof value === 'string') return value;
  throw new TemplateNotUnderstood(`${path}: ${JSON.stringify(value)} where a text belongs`);
}
