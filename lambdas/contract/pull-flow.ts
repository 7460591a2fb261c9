import { z } from 'zod';
import { parseRemotePath } from '../sync/remote-path.ts';
import { checkZones, expectationsSchema } from './expectation.ts';
import { flowIdSchema } from './ids.ts';
import { absolutePath, duration, glob, isDoneFilePattern, keyPrefix, schedule } from './settings.ts';

const settled = z
  .strictObject({
    minAge: duration.default('2m').describe('How long the partner must have left the file alone.'),
    unchangedListings: z
      .number()
      .int()
      .min(1)
      .max(10)
      .default(1)
      .describe('In how many runs in a row the file must have looked the same.'),
    doneFile: z
      .string()
      .refine(isDoneFilePattern, 'must be {name} or {stem} once, with other letters beside it and no slash')
      .optional()
      .describe('The marker beside the file that says it is complete: {name}.done or {stem}.ok.'),
  })
  .prefault({});

const after = z
  .union(
    [
      z.enum(['keep', 'delete']),
      z.strictObject({
        move: absolutePath
          .refine(hasKnownPlaceholders, 'has a placeholder other than {yyyy}, {MM} and {dd}')
          .describe('A directory at the partner; {yyyy}, {MM} and {dd} are those of the start of the run.'),
      }),
    ],
    'must be keep, delete, or move with a directory: { move: /archive/{yyyy} }',
  )
  .default('keep');

/** A flow from the partner to us. */
export const pullFlowSchema = z
  .strictObject({
    name: flowIdSchema.describe('The flow in commands, keys and log lines.'),
    direction: z.literal('pull').describe('pull: from the partner to us.'),
    remote: absolutePath
      .transform(parseRemotePath)
      .describe('The directory at the partner; everything below it belongs to the flow.'),
    prefix: keyPrefix.describe('Where the files arrive in the inbox bucket.'),
    schedule: schedule.optional().describe('When the flow runs by itself. Without it: by command alone.'),
    include: z
      .array(glob)
      .min(1)
      .default(['**'])
      .describe('Globs on the path below `remote`; one must match.'),
    exclude: z.array(glob).default([]).describe('Globs on the path below `remote`; none may match.'),
    settled: settled.describe('When the partner is done with a file. All of it must hold.'),
    onChange: z
      .enum(['new-version', 'ignore', 'fail'])
      .default('new-version')
      .describe('What to do with a file that was taken before and looks different now.'),
    after: after.describe('What happens to the file at the partner once it is verified and recorded.'),
    expect: expectationsSchema.describe(
      'Files that should have come by a time, and are told of when they have not.',
    ),
  })
  .superRefine(checkZones);

export type PullFlow = z.infer<typeof pullFlowSchema>;

function hasKnownPlaceholders(directory: string): boolean {
  return !/[{}]/.test(directory.replace(/\{(yyyy|MM|dd)\}/g, ''));
}
