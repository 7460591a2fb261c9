import { z } from 'zod';
import { flowIdSchema, partnerIdSchema } from '../ids.ts';
import {
  fileDuplicateSchema,
  fileLateSchema,
  fileMissingSchema,
  fileTooSmallSchema,
} from './arrival-event.ts';
import {
  fileFailedSchema,
  reconcileFailedSchema,
  runCompletedSchema,
  runFailedSchema,
  runHaltedSchema,
  runOverdueSchema,
  runStartedSchema,
} from './run-event.ts';

/** The `source` of all events, which are published on the account's default event bus. */
export const eventSource = 'ftps-sync';

export const pushFailedSchema = z
  .object({
    stage: z.string(),
    partner: partnerIdSchema,
    flow: flowIdSchema,
    key: z.string(),
    versionId: z.string(),
    outcome: z.enum(['refused', 'dead-letter']).meta({
      description:
        'refused: `ftps-sync attention` shows it. dead-letter: `ftps-sync redrive` tries it again.',
    }),
    error: z.string(),
    message: z.string(),
  })
  .meta({ description: 'A delivery failed and is not retried.' });
export type PushFailed = z.infer<typeof pushFailedSchema>;

export const circuitOpenedSchema = z
  .object({
    stage: z.string(),
    partner: partnerIdSchema,
    host: z.string(),
    secret: z.string().meta({ description: 'The name of the secret.' }),
    refusals: z.number().int().positive().meta({ description: 'The number of consecutive refused logins.' }),
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    message: z.string().meta({ description: 'The last reply of the server.' }),
  })
  .meta({
    description:
      'The partner refused consecutive logins: no one connects until then, or until the secret has a new version.',
  });
export type CircuitOpened = z.infer<typeof circuitOpenedSchema>;

export const certificateExpiringSchema = z
  .object({
    stage: z.string(),
    partner: partnerIdSchema,
    host: z.string(),
    expiresAt: z.iso.datetime(),
    daysLeft: z.number().int().meta({ description: 'Whole days; 0 on the last day, negative once expired.' }),
    fingerprint: z
      .string()
      .meta({ description: 'SHA-256 of the certificate in DER, 64 lower-case hex digits.' }),
  })
  .meta({
    description: "The server's certificate expires soon or has expired. Published at most once a day.",
  });
export type CertificateExpiring = z.infer<typeof certificateExpiringSchema>;

export const partnerChangedSchema = z
  .object({
    stage: z.string(),
    partner: partnerIdSchema,
    host: z.string(),
    since: z.iso.datetime().meta({ description: 'When the previous values were last observed.' }),
    changes: z
      .array(
        z.object({
          what: z.string().meta({ description: 'The trait: certificate, features, listing, and others.' }),
          before: z.string(),
          after: z.string(),
        }),
      )
      .min(1),
  })
  .meta({ description: "The partner's server has changed, for example its certificate or its features." });
export type PartnerChanged = z.infer<typeof partnerChangedSchema>;

const pushDeliveredSchema = z
  .object({
    stage: z.string(),
    partner: partnerIdSchema,
    flow: flowIdSchema,
    key: z.string(),
    versionId: z.string(),
    sizeBytes: z.number().int().nonnegative(),
  })
  .meta({ description: 'An object is at the partner, under its final name.' });

const deadLettersSchema = z
  .object({
    stage: z.string(),
    queue: z.enum(['schedule', 'ingest', 'push']).meta({
      description:
        'schedule: schedules that could not start a run. ingest: events of the outbox. push: deliveries.',
    }),
    messages: z.number().int().positive(),
  })
  .meta({
    description: 'A dead-letter queue has messages. They stay until an operator redrives or deletes them.',
  });

/** The schemas of `detail` by `detail-type`; docs/events/ has them as JSON Schema. */
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
