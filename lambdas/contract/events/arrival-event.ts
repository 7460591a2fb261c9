import { z } from 'zod';
import { flowIdSchema, partnerIdSchema } from '../ids.ts';

/** The expectation (`expect` of the partner file) and the day that an event of expected files is about. */
const expectationIdentity = {
  stage: z.string(),
  partner: partnerIdSchema,
  flow: flowIdSchema,
  pattern: z.string(),
  date: z.iso.date().meta({ description: "The day in the expectation's time zone." }),
};

const due = {
  expected: z.number().int().positive(),
  dueAt: z.iso.datetime(),
};

export const fileMissingSchema = z
  .object({
    ...expectationIdentity,
    ...due,
    arrived: z.number().int().nonnegative(),
  })
  .meta({ description: 'Fewer files than expected have arrived by the due time.' });

export const fileLateSchema = z
  .object({
    ...expectationIdentity,
    ...due,
    inTime: z.number().int().nonnegative(),
    completeAt: z.iso.datetime().meta({ description: 'When the last of the expected files arrived.' }),
  })
  .meta({ description: 'All expected files have arrived, some of them after the due time.' });

export const fileTooSmallSchema = z
  .object({
    ...expectationIdentity,
    path: z.string().meta({ description: "The path below the flow's remote directory." }),
    sizeBytes: z.number().int().nonnegative(),
    minBytes: z.number().int().positive(),
  })
  .meta({ description: 'A file arrived that is smaller than minBytes.' });

export const fileDuplicateSchema = z
  .object({
    ...expectationIdentity,
    path: z.string().meta({ description: "The path below the flow's remote directory." }),
    versions: z.number().int().positive().meta({ description: 'The number of versions on that day.' }),
    sameAs: z.string().optional().meta({ description: 'The path of the file with the same content.' }),
  })
  .meta({
    description: 'A file arrived in several versions on one day, or with the content of another file.',
  });
