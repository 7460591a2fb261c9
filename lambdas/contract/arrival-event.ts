import { z } from 'zod';
import { flowIdSchema, partnerIdSchema } from './ids.ts';

/** What events of expected files say: whose expectation it is (`expect` of the partner file), and for which of its days. */
const ofExpectation = {
  stage: z.string(),
  partner: partnerIdSchema,
  flow: flowIdSchema,
  pattern: z.string(),
  /** In the expectation's zone, as `2026-11-20`. */
  date: z.iso.date(),
};

const counts = {
  expected: z.number().int().positive(),
  dueAt: z.iso.datetime(),
};

/** Too few files have come by the time. */
export const fileMissingSchema = z.object({
  ...ofExpectation,
  ...counts,
  arrived: z.number().int().nonnegative(),
});

/** All files have come, and not all of them in time. */
export const fileLateSchema = z.object({
  ...ofExpectation,
  ...counts,
  inTime: z.number().int().nonnegative(),
  /** When enough files were there. */
  completeAt: z.iso.datetime(),
});

/** A file has come that is smaller than it must be; without a byte, too. */
export const fileTooSmallSchema = z.object({
  ...ofExpectation,
  /** Below the flow's remote directory. */
  path: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  minBytes: z.number().int().positive(),
});

/** A file has come again: in another version on the same day, or with the content of another file. */
export const fileDuplicateSchema = z.object({
  ...ofExpectation,
  path: z.string(),
  /** Versions of that day. */
  versions: z.number().int().positive(),
  /** The file that had the same content. */
  sameAs: z.string().optional(),
});
