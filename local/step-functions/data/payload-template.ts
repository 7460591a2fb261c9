import { isObject, type JsonValue } from '../../endpoint/json-value.ts';
import { parseReferencePath, type ReferencePath, valueAt } from './json-path.ts';
import { StatesError, terminalErrors } from './states-error.ts';

/** A parsed Parameters or ResultSelector: which parts are literal and which come from a path. */
export type PayloadTemplate =
  | { readonly kind: 'literal'; readonly value: JsonValue }
  | { readonly kind: 'path'; readonly field: string; readonly path: ReferencePath }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, PayloadTemplate> };

/** The documents that the paths of a template refer to. */
export interface Sources {
  readonly input: JsonValue;
  readonly context: JsonValue;
}

/**
 * @throws Error that names the field whose path the local stack does not support, such as an intrinsic
 * function.
 */
export function parsePayloadTemplate(template: JsonValue): PayloadTemplate {
  if (!isObject(template)) {
    if (Array.isArray(template) && template.some((element) => isObject(element) && hasPath(element))) {
      throw new Error('the local stack does not support a path inside an array');
    }
    return { kind: 'literal', value: template };
  }
  const fields = Object.entries(template).map(([name, value]): [string, PayloadTemplate] =>
    name.endsWith('.$')
      ? [name.slice(0, -'.$'.length), parsePathField(name, value)]
      : [name, parsePayloadTemplate(value)],
  );
  return { kind: 'object', fields: new Map(fields) };
}

/** @throws StatesError States.Runtime when a path has no value, with the message of the service. */
export function fillTemplate(template: PayloadTemplate, sources: Sources): JsonValue {
  switch (template.kind) {
    case 'literal':
      return template.value;
    case 'path': {
      const value = valueAt(sources[template.path.root], template.path.steps);
      if (value !== undefined) return value;
      throw new StatesError(
        terminalErrors.runtime,
        `The JSONPath '${template.path.text}' specified for the field '${template.field}' could not be found in the input.`,
      );
    }
    case 'object':
      return Object.fromEntries(
        [...template.fields].map(([name, field]) => [name, fillTemplate(field, sources)]),
      );
    default:
      return template satisfies never;
  }
}

function parsePathField(field: string, value: JsonValue): PayloadTemplate {
  const path = typeof value === 'string' ? parseReferencePath(value) : undefined;
  if (path === undefined) {
    throw new Error(`'${field}': ${JSON.stringify(value)} is not a path that the local stack supports`);
  }
  return { kind: 'path', field, path };
}

function hasPath(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(hasPath);
  if (!isObject(value)) return false;
  return Object.entries(value).some(([name, inner]) => name.endsWith('.$') || hasPath(inner));
}
