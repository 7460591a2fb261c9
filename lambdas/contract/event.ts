import { z } from 'zod';
import {
  fileDuplicateSchema,
  fileLateSchema,
  fileMissingSchema,
  fileTooSmallSchema,
} from './arrival-event.ts';
import { flowIdSchema, partnerIdSchema } from './ids.ts';
import {
  fileFailedSchema,
  reconcileFailedSchema,
  runCompletedSchema,
  runFailedSchema,
  runHaltedSchema,
  runOverdueSchema,
  runStartedSchema,
} from './run-event.ts';

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

/** The server's certificate ends soon, or has ended: told at most once a day. */
export const certificateExpiringSchema = z.object({
  stage: z.string(),
  partner: partnerIdSchema,
  host: z.string(),
  expiresAt: z.iso.datetime(),
  /** Whole days; none and less where it has ended. */
  daysLeft: z.number().int(),
  /** SHA-256 of the certificate, 64 lower-case hex digits. */
  fingerprint: z.string(),
});
export type CertificateExpiring = z.infer<typeof certificateExpiringSchema>;

/** The partner's server is not what it was when somebody last looked: another certificate, a feature lost or won. */
export const partnerChangedSchema = z.object({
  stage: z.string(),
  partner: partnerIdSchema,
  host: z.string(),
  /** When it was last seen as it was before. */
  since: z.iso.datetime(),
  changes: z
    .array(
      z.object({
        /** `certificate`, `features`, `listing`: what has changed. */
        what: z.string(),
        before: z.string(),
        after: z.string(),
      }),
    )
    .min(1),
});
export type PartnerChanged = z.infer<typeof partnerChangedSchema>;

/** A delivery that is at the partner, under its final name. */
const pushDeliveredSchema = z.object({
  stage: z.string(),
  partner: partnerIdSchema,
  flow: flowIdSchema,
  key: z.string(),
  versionId: z.string(),
  sizeBytes: z.number().int().nonnegative(),
});

/** Messages lie in a queue of dead letters, where nobody tries them until a person has moved or deleted them. */
const deadLettersSchema = z.object({
  stage: z.string(),
  /** Of schedules that could not start a run, of events of the outbox, of deliveries. */
  queue: z.enum(['missed-runs', 'ingest', 'push']),
  messages: z.number().int().positive(),
});

/** The events by their `detail-type`. Published as JSON Schema in docs/events/. */
export const eventSchemas = {
  'run.started': runStartedSchema,
  'run.completed': runCompletedSchema,
  'run.halted': runHaltedSchema,
  'run.failed': runFailedSchema,
  'run.overdue': runOverdueSchema,
  'reconcile.failed': reconcileFailedSchema,
  'file.failed': fileFailedSchema,
  'file.missing': fileMissingSchema,
  'file.late': fileLateSchema,
  'file.too-small': fileTooSmallSchema,
  'file.duplicate': fileDuplicateSchema,
  'push.delivered': pushDeliveredSchema,
  'push.failed': pushFailedSchema,
  'partner.circuit-opened': circuitOpenedSchema,
  'partner.certificate-expiring': certificateExpiringSchema,
  'partner.changed': partnerChangedSchema,
  'stage.dead-letters': deadLettersSchema,
} as const;

export type EventType = keyof typeof eventSchemas;
export type Events = { readonly [T in EventType]: z.infer<(typeof eventSchemas)[T]> };

export const eventTypes = Object.keys(eventSchemas) as readonly EventType[];
