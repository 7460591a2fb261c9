import { z } from 'zod';
import { doctorSteps } from '../../core/doctor/finding.ts';
import { parseRemotePath } from '../../core/path/remote-path.ts';
import { partnerIdSchema } from '../ids.ts';
import { absolutePath } from '../partner-file/settings.ts';
import { partnerFilesRequestSchema } from './partner-files.ts';

/** The input of the doctor's state machine. */
export const doctorRequestSchema = z.object({
  partner: partnerIdSchema,
  /**
   * A directory at the partner in which the doctor may upload, rename and delete probe files; without it the
   * doctor writes nothing.
   */
  write: absolutePath.transform(parseRemotePath).optional(),
});
export type DoctorRequest = z.input<typeof doctorRequestSchema>;

/** The function's input. */
export const doctorInputSchema = z.object({
  request: z.union([partnerFilesRequestSchema, doctorRequestSchema]),
  execution: z.object({ id: z.string().min(1) }),
});

const settingSchema = z.object({
  path: z.array(z.string()).min(2),
  value: z.union([z.number(), z.string(), z.boolean(), z.array(z.string())]),
  why: z.string(),
});

const findingSchema = z.object({
  step: z.enum(doctorSteps),
  level: z.enum(['ok', 'warning', 'error']),
  seconds: z.number().nonnegative(),
  found: z.string(),
  means: z.string(),
  advice: z.string().optional(),
  settings: z.array(settingSchema),
  flow: z.string().optional(),
});

const certificateSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  names: z.array(z.string()),
  validFrom: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  fingerprint: z.string(),
  isSelfSigned: z.boolean(),
  key: z.string().optional(),
  signature: z.string().optional(),
});

/** The result of the doctor, as `doctor --json` prints it. */
export const diagnosisSchema = z.object({
  partner: partnerIdSchema,
  host: z.string(),
  port: z.number(),
  at: z.iso.datetime(),
  seconds: z.number().nonnegative(),
  /**
   * `healthy`; `errors`: connected, with errors; `unreachable`: no session could be opened; `busy`: other
   * flows of the partner have all its connections.
   */
  verdict: z.enum(['healthy', 'errors', 'unreachable', 'busy']),
  findings: z.array(findingSchema),
  /** Steps that were not run, and why. */
  skipped: z.object({ steps: z.array(z.enum(doctorSteps)), reason: z.string() }).optional(),
  /** The server's certificate first, also where it is not trusted. */
  certificates: z.array(certificateSchema),
  /** Settings that the partner file should have. */
  settings: z.array(settingSchema),
  /** What is remembered of the server, each trait in a few words. */
  traits: z.record(z.string(), z.string()),
  /** What has changed since the last check. */
  changes: z.array(z.object({ what: z.string(), before: z.string(), after: z.string() })),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;
