import { z } from 'zod';
import { type Definition, definitionSchema, stateTypes } from './definition.ts';
import { findGraphErrors } from './find-graph-errors.ts';

/**
 * A state machine that the local stack would not run as the service does, with every error that was found.
 */
class UnsupportedDefinitionError extends Error {
  override readonly name = 'UnsupportedDefinitionError';

  constructor(machine: string, errors: readonly string[]) {
    super(
      [
        `The local stack cannot run the state machine '${machine}':`,
        ...errors.map((error) => `- ${error}`),
        'Change it in infra/, or add it to the local stack (see local/README.md).',
      ].join('\n'),
    );
  }
}

const outlineSchema = z.object({
  States: z.record(z.string(), z.looseObject({ Type: z.string(), ItemProcessor: z.unknown().optional() })),
});

/**
 * Reads a synthesized definition, the JSON text of a state machine.
 * @param machine names the state machine in errors.
 * @throws UnsupportedDefinitionError that names each unsupported state and field and each broken transition.
 */
export function readDefinition(machine: string, text: string): Definition {
  const json: unknown = JSON.parse(text);
  const unknownTypes = findUnknownTypes(json, stateTypes.machine);
  if (unknownTypes.length > 0) throw new UnsupportedDefinitionError(machine, unknownTypes);
  const parsed = definitionSchema.safeParse(json);
  if (!parsed.success) throw new UnsupportedDefinitionError(machine, parsed.error.issues.map(describeIssue));
  const errors = [...findGraphErrors(parsed.data), ...findRepeatedNames(parsed.data)];
  if (errors.length > 0) throw new UnsupportedDefinitionError(machine, errors);
  return parsed.data;
}

function findUnknownTypes(json: unknown, known: readonly string[]): string[] {
  const outline = outlineSchema.safeParse(json);
  if (!outline.success) return [];
  return Object.entries(outline.data.States).flatMap(([name, { Type, ItemProcessor }]) =>
    known.includes(Type)
      ? findUnknownTypes(ItemProcessor, stateTypes.child)
      : [`state '${name}': Type '${Type}' is not supported here (only ${known.join(', ')})`],
  );
}

/** State names are unique in a machine, the child workflows of its Maps included. */
function findRepeatedNames({ States }: Definition): readonly string[] {
  const names = Object.entries(States).flatMap(([name, state]) =>
    state.Type === 'Map' ? [name, ...Object.keys(state.ItemProcessor.States)] : [name],
  );
  return names
    .filter((name, index) => names.indexOf(name) < index)
    .map((name) => `state '${name}': another state has the same name`);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const [section, name, ...rest] = issue.path.map(String);
  const place = section === 'States' && name !== undefined ? `state '${name}'` : 'the machine';
  const field = section === 'States' ? rest.join('.') : issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return `${place}: field ${issue.keys.map((key) => `'${[field, key].filter(Boolean).join('.')}'`).join(', ')} is not supported`;
  }
  return `${place}: ${field === '' ? '' : `'${field}' `}${issue.message}`;
}
