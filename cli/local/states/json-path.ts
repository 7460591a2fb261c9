/** What JSON text can hold, and so what travels between states. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** A path to one place: `$.run.runId` in the state's input, `$$.Execution.Id` in the context object. */
export interface ReferencePath {
  readonly text: string;
  readonly root: 'input' | 'context';
  readonly steps: readonly (string | number)[];
}

const pathPattern = /^\$\$?(?:\.[\p{L}_][\p{L}\p{N}_-]*|\['[^'\\]+'\]|\[\d+\])*$/u;
const stepPattern = /\.(?<name>[\p{L}_][\p{L}\p{N}_-]*)|\['(?<quoted>[^'\\]+)'\]|\[(?<index>\d+)\]/gu;

/**
 * Reads a reference path of the Amazon States Language (https://states-language.net/#path): names and indexes alone.
 * Filters, wildcards, slices and intrinsic functions give undefined: the caller refuses them.
 */
export function parseReferencePath(text: string): ReferencePath | undefined {
  if (!pathPattern.test(text)) return undefined;
  const steps = [...text.matchAll(stepPattern)].map(({ groups }) =>
    groups?.index === undefined ? (groups?.name ?? groups?.quoted ?? '') : Number(groups.index),
  );
  return { text, root: text.startsWith('$$') ? 'context' : 'input', steps };
}

/** The value at the path, or undefined where there is none. */
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
 * The root with the value set at the path; objects on the way are made where they are missing.
 * Undefined where the way leads through something that is no object: the states language calls it a ResultPathMatchFailure.
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

export function isObject(value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
