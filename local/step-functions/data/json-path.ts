import { isObject, type JsonValue } from '../../endpoint/json-value.ts';

/** A path to one value: `$.run.runId` in the state's input, `$$.Execution.Id` in the context object. */
export interface ReferencePath {
  readonly text: string;
  readonly root: 'input' | 'context';
  readonly steps: readonly (string | number)[];
}

const pathPattern = /^\$\$?(?:\.[\p{L}_][\p{L}\p{N}_-]*|\['[^'\\]+'\]|\[\d+\])*$/u;
const stepPattern = /\.(?<name>[\p{L}_][\p{L}\p{N}_-]*)|\['(?<quoted>[^'\\]+)'\]|\[(?<index>\d+)\]/gu;

/**
 * Parses a reference path of the Amazon States Language (https://states-language.net/#path): names and
 * indexes. Returns undefined for filters, wildcards, slices and intrinsic functions; the caller must refuse
 * them.
 * @example parseReferencePath("$.rows[0]['a name']")?.steps // ['rows', 0, 'a name']
 */
export function parseReferencePath(text: string): ReferencePath | undefined {
  if (!pathPattern.test(text)) return undefined;
  const steps = [...text.matchAll(stepPattern)].map(({ groups }) =>
    groups?.index === undefined ? (groups?.name ?? groups?.quoted ?? '') : Number(groups.index),
  );
  return { text, root: text.startsWith('$$') ? 'context' : 'input', steps };
}

/** The value at the path; undefined when there is none. */
export function valueAt(root: JsonValue, steps: readonly (string | number)[]): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const step of steps) {
    if (Array.isArray(value)) value = typeof step === 'number' ? value[step] : undefined;
    else if (isObject(value)) value = Object.hasOwn(value, step) ? value[step] : undefined;
    else return undefined;
  }
  return value;
}

/**
 * A copy of the root with the value set at the path. Missing objects along the path are created. Undefined
 * when the path leads through a value that is not an object: a ResultPathMatchFailure in the States Language.
 */
export function withValueAt(
  root: JsonValue,
  steps: readonly (string | number)[],
  value: JsonValue,
): JsonValue | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (typeof step === 'number' || !isObject(root)) return undefined;
  const inner = withValueAt(Object.hasOwn(root, step) ? (root[step] ?? {}) : {}, rest, value);
  return inner === undefined ? undefined : { ...root, [step]: inner };
}
