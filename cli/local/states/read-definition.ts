import { z } from 'zod';
import { type Definition, definitionSchema, stateTypes } from './definition.ts';
import { stateFaults } from './state-faults.ts';

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

const outlineSchema = z.object({ States: z.record(z.string(), z.looseObject({ Type: z.string() })) });

/**
 * Reads a synthesized definition.
 * @throws DefinitionRefused naming each state and field that the interpreter does not know, and each broken transition.
 */
export function readDefinition(text: string): Definition {
  const json: unknown = JSON.parse(text);
  const unknownTypes = faultsOfTypes(json);
  if (unknownTypes.length > 0) throw new DefinitionRefused(unknownTypes);
  const parsed = definitionSchema.safeParse(json);
  if (!parsed.success) throw new DefinitionRefused(parsed.error.issues.map(issueText));
  const faults = Object.entries(parsed.data.States).flatMap(([name, state]) =>
    stateFaults(state, parsed.data).map((fault) => `state '${name}': ${fault}`),
  );
  if (!Object.hasOwn(parsed.data.States, parsed.data.StartAt)) {
    faults.push(`StartAt names '${parsed.data.StartAt}', which is no state`);
  }
  if (faults.length > 0) throw new DefinitionRefused(faults);
  return parsed.data;
}

function faultsOfTypes(json: unknown): string[] {
  const outline = outlineSchema.safeParse(json);
  if (!outline.success) return [];
  const known: readonly string[] = stateTypes;
  return Object.entries(outline.data.States)
    .filter(([, state]) => !known.includes(state.Type))
    .map(
      ([name, state]) => `state '${name}': Type '${state.Type}' is not run (only ${known.join(', ')} are)`,
    );
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
