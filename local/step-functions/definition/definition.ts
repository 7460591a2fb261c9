import { z } from 'zod';
import { mapSchema } from './map-state.ts';
import { simpleStateSchema, simpleStateTypes } from './simple-states.ts';
import { commonFields } from './state-fields.ts';

/**
 * The part of the Amazon States Language that the local stack runs (https://states-language.net). Every
 * object is strict: a definition with another field is refused, because a local run that ignores a field
 * would not behave like a deployed one.
 */
const stateSchema = z.discriminatedUnion('Type', [simpleStateSchema, mapSchema]);
export type State = z.infer<typeof stateSchema>;

/** The state types of a machine, and of a Map's child workflow. */
export const stateTypes = { machine: [...simpleStateTypes, 'Map'], child: simpleStateTypes } as const;

export const definitionSchema = z.strictObject({
  ...commonFields,
  Version: z.literal('1.0').optional(),
  StartAt: z.string(),
  TimeoutSeconds: z.number().int().positive().optional(),
  States: z.record(z.string(), stateSchema),
});
export type Definition = z.infer<typeof definitionSchema>;

/** A graph of states: a whole machine, or the child workflow of a Map. */
export interface StateGraph {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number | undefined;
}
