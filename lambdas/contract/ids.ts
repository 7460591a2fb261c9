import { z } from 'zod';

/** Ids are parts of object keys, log lines and resource names. */
const idPattern = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const idRule =
  'must be 1 to 40 lower-case letters, digits or hyphens, and start and end with a letter or digit';

export const partnerIdSchema = z.string().regex(idPattern, idRule).brand<'PartnerId'>();
export type PartnerId = z.infer<typeof partnerIdSchema>;

export const flowIdSchema = z.string().regex(idPattern, idRule).brand<'FlowId'>();
export type FlowId = z.infer<typeof flowIdSchema>;

/**
 * A run id such as `20261120T021500Z-1f3a9c04`. It sorts by start time, and is the same if StartRun is
 * retried. After the hyphen follow three hex digits of the milliseconds, and five of the execution.
 */
export const runIdSchema = z
  .string()
  .regex(/^\d{8}T\d{6}Z-[0-9a-f]{8}$/, 'is not a valid run id such as 20261120T021500Z-1f3a9c04')
  .brand<'RunId'>();
export type RunId = z.infer<typeof runIdSchema>;

/**
 * @param executionDigest at least five hex digits that are unique to the execution.
 * @throws ZodError if the digest is shorter, or not hexadecimal.
 */
export function makeRunId(startedAt: Date, executionDigest: string): RunId {
  const stamp = startedAt.toISOString().replace(/[-:]|\.\d+/g, '');
  const milliseconds = startedAt.getUTCMilliseconds().toString(16).padStart(3, '0');
  return runIdSchema.parse(`${stamp}-${milliseconds}${executionDigest.slice(0, 5)}`);
}
