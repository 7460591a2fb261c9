import { z } from 'zod';
import { doctorSteps } from '../sync/doctor-finding.ts';
import { parseRemotePath } from '../sync/remote-path.ts';
import { partnerIdSchema } from './ids.ts';
import { absolutePath } from './settings.ts';

/** The input of the doctor's state machine. */
export const doctorRequestSchema = z.object({
  partner: partnerIdSchema,
  /** A directory at the partner in which probe files may be put, renamed and deleted; without it nothing is written. */
  write: absolutePath.transform(parseRemotePath).optional(),
});
export type DoctorRequest = z.input<typeof doctorRequestSchema>;

/** The function's input. */
export const doctorInputSchema = z.object({
  request: doctorRequestSchema,
  execution: z.object({ id: z.string().min(1) }),
});

const settingSchema = z.object({
  path: z.array(z.string()).min(2),
  value: z.union([z.number(), z.string(), z.array(z.string())]),
  why: z.string(),
});

const findingSchema = z.object({
  step: z.enum(doctorSteps),
  level: z.enum(['ok', 'note', 'problem']),
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
});

/** What the doctor says: what `doctor --json` prints. */
export const diagnosisSchema = z.object({
  partner: partnerIdSchema,
  host: z.string(),
  port: z.number(),
  at: z.iso.datetime(),
  seconds: z.number().nonnegative(),
  /** `well`; `problems`: there is a session, and settings to change; `unreachable`: there is none; `busy`: our other flows have all. */
  verdict: z.enum(['well', 'problems', 'unreachable', 'busy']),
  findings: z.array(findingSchema),
  /** Steps that were not reached, and why. */
  notAsked: z.object({ steps: z.array(z.enum(doctorSteps)), why: z.string() }).optional(),
  /** The server's own first, also where it is not trusted. */
  certificates: z.array(certificateSchema),
  /** What the partner file should have instead. */
  settings: z.array(settingSchema),
  /** What is kept of the server, each trait in a word or a few. */
  traits: z.record(z.string(), z.string()),
  /** What is not as it was when somebody last looked. */
  changes: z.array(z.object({ what: z.string(), before: z.string(), after: z.string() })),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;
