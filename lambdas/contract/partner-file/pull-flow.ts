import { z } from 'zod';
import { parseRemotePath } from '../../core/path/remote-path.ts';
import { flowIdSchema } from '../ids.ts';
import { checkZones, expectationsSchema } from './expectation.ts';
import { absolutePath, doneFilePattern, duration, glob, keyPrefix, plainPath, schedule } from './settings.ts';

const settled = z
  .strictObject({
    minAge: duration.default('2m').meta({
      description:
        'How long ago the file must have been modified, as a number and a unit: 90s, 2m, 12h, 3d. 0s turns the check off. Default: 2m.',
      examples: ['10m'],
    }),
    unchangedListings: z.number().int().min(1).max(10).default(1).meta({
      description:
        'In how many consecutive runs, this one included, the file must look the same. Default: 1.',
    }),
    doneFile: doneFilePattern.optional().meta({
      description:
        'The marker file beside the file that says that it is complete; {name} is the name of the file, {stem} the name without its extension. It counts for the version that it was written for: it must not be older than the file, nor the one that settled an earlier version. Default: none.',
      examples: ['{name}.done', '{stem}.ok'],
    }),
  })
  .prefault({});

const after = z
  .union(
    [
      z.enum(['keep', 'delete']),
      z.strictObject({
        move: absolutePath
          .refine(hasKnownPlaceholders, 'must not have placeholders other than {yyyy}, {MM} and {dd}')
          .meta({
            description:
              'A directory at the partner, outside `remote`; {yyyy}, {MM} and {dd} are the date of the start of the run.',
            examples: ['/archive/{yyyy}/{MM}'],
          }),
      }),
    ],
    'must be keep, delete, or a move to a directory: { move: /archive/{yyyy} }',
  )
  .default('keep');

/** A flow from the partner to us. */
export const pullFlowSchema = z
  .strictObject({
    name: flowIdSchema.meta({
      description: 'The id of the flow in commands, keys and log lines; unique within the partner.',
      examples: ['invoices'],
    }),
    direction: z.literal('pull').meta({ description: 'pull: from the partner to us.' }),
    remote: plainPath.transform(parseRemotePath).meta({
      description: 'The directory at the partner. The flow owns everything below it.',
      examples: ['/outgoing/invoices'],
    }),
    prefix: keyPrefix.meta({
      description: 'The prefix of the keys in the inbox bucket. No prefix of another flow may overlap it.',
      examples: ['acme/invoices/'],
    }),
    schedule: schedule.optional().meta({
      description: 'When the flow runs. Default: never; only `npx ftps-sync run` starts it.',
    }),
    include: z
      .array(glob)
      .min(1)
      .default(['**'])
      .meta({
        description:
          'Globs on the path below `remote`; a file must match one of them. Default: ["**"], all files.',
        examples: [['**/*.csv']],
      }),
    exclude: z
      .array(glob)
      .default([])
      .meta({
        description: 'Globs on the path below `remote`; a file must match none of them. Default: none.',
        examples: [['**/*.tmp']],
      }),
    settled: settled.meta({
      description: 'When a file counts as completely written. All conditions must hold.',
    }),
    onChange: z.enum(['new-version', 'ignore', 'fail']).default('new-version').meta({
      description:
        'What to do with a transferred file that looks different now. new-version: transfer it again. ignore: keep the first version. fail: report it. Default: new-version.',
    }),
    after: after.meta({
      description:
        'What happens to the file at the partner once its object is verified and recorded: keep, delete, or { move: DIRECTORY }. Default: keep.',
    }),
    afterCheck: z.enum(['version', 'size']).default('version').meta({
      description:
        'What must show that the file at the partner is still the transferred version before it is deleted or moved. version: its time by MDTM, MLST or a listing. size: its size alone where the server reports no time that could tell; only for partners that never replace a file. Default: version.',
    }),
    expect: expectationsSchema.meta({
      description:
        'Files that must arrive by a time of day; missing, late, small and duplicate files are reported. Default: none.',
    }),
  })
  .superRefine(checkZones);

export type PullFlow = z.infer<typeof pullFlowSchema>;

function hasKnownPlaceholders(directory: string): boolean {
  return !/[{}]/.test(directory.replace(/\{(yyyy|MM|dd)\}/g, ''));
}
