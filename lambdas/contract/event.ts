import { z } from 'zod';
import { flowIdSchema, partnerIdSchema } from './ids.ts';

/** The `source` of every event that the product puts on the account's default bus. */
export const eventSource = 'ftps-sync';

/** A delivery that nobody tries any more: refused by the partner, or given up and among the dead letters. */
export const pushFailedSchema = z.object({
  stage: z.string(),
  partner: partnerIdSchema,
  flow: flowIdSchema,
  key: z.string(),
  versionId: z.string(),
  /** `refused`: `attention` shows it. `dead-letter`: `redrive` tries it again. */
  end: z.enum(['refused', 'dead-letter']),
  fault: z.string(),
  message: z.string(),
});
export type PushFailed = z.infer<typeof pushFailedSchema>;

/** Logins were refused so often that nobody connects to the partner until then, or until its secret has another version. */
export const circuitOpenedSchema = z.object({
  stage: z.string(),
  partner: partnerIdSchema,
  host: z.string(),
  /** The secret's name. */
  secret: z.string(),
  refusals: z.number().int().positive(),
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  /** What the partner said last. */
  message: z.string(),
});
export type CircuitOpened = z.infer<typeof circuitOpenedSchema>;

/** The events by their `detail-type`. */
export interface Events {
  readonly 'push.failed': PushFailed;
  readonly 'partner.circuit-opened': CircuitOpened;
}
