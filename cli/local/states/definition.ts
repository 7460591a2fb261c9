import { z } from 'zod';
import { mapSchema } from './map-state.ts';
import { simpleStateSchema, simpleStateTypes } from './simple-states.ts';
import { describing } from './state-fields.ts';

/**
 * The part of the Amazon States Language that the local stack runs (https://states-language.net). Every object is strict:
 * a field that is not named is refused when the definition is read, because a field that is ignored would make a local run
 * mean something else than a deployed one.
 */
const stateSchema = z.discriminatedUnion('Type', [simpleStateSchema, mapSchema]);
export type State = z.infer<typeof stateSchema>;

/** Those of a machine, and those of a Map's children. */
export const stateTypes = { machine: [...simpleStateTypes, 'Map'], child: simpleStateTypes } as const;

export const definitionSchema = z.strictObject({
  ...describing,
  Version: z.literal('1.0').optional(),
  StartAt: z.string(),
  TimeoutSeconds: z.number().int().positive().optional(),
  States: z.record(z.string(), stateSchema),
});
export type Definition = z.infer<typeof definitionSchema>;

/** States that lead to each other: a whole machine, or what a Map does with each of its items. */
export interface StateGraph {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number | undefined;
}
