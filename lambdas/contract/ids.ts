import { z } from 'zod';

/** Lower-case words joined by hyphens: they become parts of keys, log lines and resource names. */
const idPattern = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const idRule = 'must be 1 to 40 lower-case letters, digits and hyphens, with a letter or digit at both ends';

export const partnerIdSchema = z.string().regex(idPattern, idRule).brand<'PartnerId'>();
export type PartnerId = z.infer<typeof partnerIdSchema>;

export const flowIdSchema = z.string().regex(idPattern, idRule).brand<'FlowId'>();
export type FlowId = z.infer<typeof flowIdSchema>;

/**
 * `20261120T021500Z-1f3a9c04`: sorts by start time, and is the same again when StartRun is retried. Behind the second come three hex
 * digits of its milliseconds, and five that only this execution has.
 */
export const runIdSchema = z
  .string()
  .regex(/^\d{8}T\d{6}Z-[0-9a-f]{8}$/, 'is no run id')
  .brand<'RunId'>();
export type RunId = z.infer<typeof runIdSchema>;

/** @param executionDigest at least five hex digits that only this execution has. */
export function makeRunId(startedAt: Date, executionDigest: string): RunId {
  const stamp = startedAt.toISOString().replace(/[-:]|\.\d+/g, '');
  const milliseconds = startedAt.getUTCMilliseconds().toString(16).padStart(3, '0');
  return runIdSchema.parse(`${stamp}-${milliseconds}${executionDigest.slice(0, 5)}`);
}
