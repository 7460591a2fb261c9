import { z } from 'zod';
import { partnerIdSchema } from '../ids.ts';
import { remotePathSchema } from './document-fields.ts';

/** Answers of one call have to fit into the state of an execution, of 256 KiB. */
export const maxPartnerFiles = 100;

/** The input of the doctor's state machine for `verify`: what the server tells of these files. */
export const partnerFilesRequestSchema = z.object({
  partner: partnerIdSchema,
  files: z.array(remotePathSchema).min(1).max(maxPartnerFiles),
  /** Whether to read each file, and return the SHA-256 of its bytes. */
  bytes: z.boolean(),
});
export type PartnerFilesRequest = z.input<typeof partnerFilesRequestSchema>;

/** One answer for each file, in the order of the request: at least one, and fewer when the time was up. */
export const partnerFilesSchema = z.object({
  files: z.array(
    z.discriminatedUnion('state', [
      z.object({
        state: z.literal('present'),
        sizeBytes: z.number().optional(),
        sha256: z.string().optional(),
      }),
      z.object({ state: z.literal('missing') }),
      z.object({ state: z.literal('unknown'), why: z.string() }),
    ]),
  ),
});
export type PartnerFiles = z.infer<typeof partnerFilesSchema>;
