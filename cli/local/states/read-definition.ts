import { z } from 'zod';
import { type Definition, definitionSchema, stateTypes } from './definition.ts';
import { graphFaults } from './state-faults.ts';

/** A state machine that the local stack would run differently from the service, with every reason found. */
class DefinitionRefused extends Error {
  override readonly name = 'DefinitionRefused';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      ['The local stack cannot run this state machine:', ...faults.map((fault) => `- ${fault}`)].join('\n'),
    );
    this.faults = faults;
  }
}

const outlineSchema = z.object({
  States: z.record(z.string(), z.looseObject({ Type: z.string(), ItemProcessor: z.unknown().optional() })),
});

/**
 * Reads a synthesized definition.
 * @throws DefinitionRefused naming each state and field that the interpreter does not know, and each broken transition.
 */
export function readDefinition(text: string): Definition {
  const json: unknown = JSON.parse(text);
  const unknownTypes = faultsOfTypes(json, stateTypes.machine);
  if (unknownTypes.length > 0) throw new DefinitionRefused(unknownTypes);
  const parsed = definitionSchema.safeParse(json);
  if (!parsed.success) throw new DefinitionRefused(parsed.error.issues.map(issueText));
  const faults = [...graphFaults(parsed.data), ...repeatedNames(parsed.data)];
  if (faults.length > 0) throw new DefinitionRefused(faults);
  return parsed.data;
}

function faultsOfTypes(json: unknown, known: readonly string[]): string[] {
  const outline = outlineSchema.safeParse(json);
  if (!outline.success) return [];
  return Object.entries(outline.data.States).flatMap(([name, { Type, ItemProcessor }]) =>
    known.includes(Type)
      ? faultsOfTypes(ItemProcessor, stateTypes.child)
      : [`state '${name}': Type '${Type}' is not run here (only ${known.join(', ')} are)`],
  );
}

/** A state's name is its own in the whole machine, the children of its Maps included. */
function repeatedNames({ States }: Definition): readonly string[] {
  const names = Object.entries(States).flatMap(([name, state]) =>
    state.Type === 'Map' ? [name, ...Object.keys(state.ItemProcessor.States)] : [name],
  );
  return names
    .filter((name, index) => names.indexOf(name) < index)
    .map((name) => `state '${name}': another state has its name`);
}

function issueText(issue: z.core.$ZodIssue): string {
  const [section, name, ...rest] = issue.path.map(String);
  const place = section === 'States' && name !== undefined ? `state '${name}'` : 'the machine';
  const field = section === 'States' ? rest.join('.') : issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return `${place}: field ${issue.keys.map((key) => `'${[field, key].filter(Boolean).join('.')}'`).join(', ')} is not known`;
  }
  return `${place}: ${field === '' ? '' : `'${field}' `}${issue.message}`;
}
