import { z } from 'zod';
import { deliveryPaths } from '../sync/delivery-path.ts';
import { parseRemotePath, rootPath } from '../sync/remote-path.ts';
import { flowIdSchema } from './ids.ts';
import { absolutePath, glob, isDoneFilePattern, keyPrefix, schedule } from './settings.ts';

const trigger = z
  .array(z.enum(['event', 'schedule']))
  .min(1)
  .max(2)
  .default(['event'])
  .describe('event: within seconds of the object. schedule: a run that finds what an event missed. Or both.');

/** Hidden on most servers, and its own for each version of an object. */
const usualStagingName = '.{name}.{version}.part';

/** A flow from us to the partner. */
export const pushFlowSchema = z
  .strictObject({
    name: flowIdSchema.describe('The flow in commands, keys and log lines.'),
    direction: z.literal('push').describe('push: from us to the partner.'),
    remote: absolutePath
      .transform(parseRemotePath)
      .describe('The directory at the partner that files arrive in; missing directories below it are made.'),
    prefix: keyPrefix.describe('Objects of the outbox bucket under this prefix belong to the flow.'),
    trigger,
    schedule: schedule.optional().describe('When the run for missed events starts by itself.'),
    include: z
      .array(glob)
      .min(1)
      .default(['**'])
      .describe('Globs on the key below `prefix`; one must match.'),
    exclude: z.array(glob).default([]).describe('Globs on the key below `prefix`; none may match.'),
    overwrite: z
      .enum(['refuse', 'replace', 'delete-first'])
      .default('refuse')
      .describe('What to do where a file of that name is at the partner.'),
    stagingName: z
      .string()
      .max(60)
      .refine(
        isStagingPattern,
        'must contain {name} and {version} once each, begin or end with three letters like .part, and have no slash',
      )
      .default(usualStagingName)
      .describe('The name an upload has while it grows.'),
    doneFile: z
      .string()
      .refine(isDoneFilePattern, 'must be {name} or {stem} once, with other letters beside it and no slash')
      .optional()
      .describe('An empty marker written beside the file once it is complete: {name}.done.'),
    checksumFile: z
      .literal('sha256')
      .optional()
      .describe('Writes {name}.sha256 beside the file, in the format that `sha256sum -c` reads.'),
    keep: z
      .enum(['stays', 'tag', 'delete'])
      .default('stays')
      .describe('What becomes of the object after delivery.'),
    expect: z.never({ error: () => 'is for pulls: it watches what a partner sends' }).optional(),
  })
  .superRefine((flow, context) => {
    const message = 'is missing: the trigger names schedule, and needs a cron and a time zone';
    if (flow.trigger.includes('schedule') && flow.schedule === undefined) {
      context.addIssue({ code: 'custom', path: ['schedule'], message });
    }
    const double = doubleNames(flow);
    if (double !== undefined) context.addIssue({ code: 'custom', ...double });
  });

export type PushFlow = z.infer<typeof pushFlowSchema>;

/** Each kind of file must be told from the others by its name, or one would be taken for, or written over, another. */
function doubleNames(
  flow: Pick<PushFlow, 'stagingName' | 'checksumFile' | 'doneFile'>,
): { path: string[]; message: string } | undefined {
  const isDouble = (doneFile: string | undefined) => {
    const { stagingName, checksumFile } = flow;
    const rules = { prefix: '', remote: rootPath, stagingName, checksumFile, doneFile };
    return deliveryPaths(rules, { key: 'x', versionId: '' }) === 'reserved-name';
  };
  // A pattern that is wrong by itself has been told already.
  if (!isStagingPattern(flow.stagingName) || !isDoneFilePattern(flow.doneFile ?? '{name}.done'))
    return undefined;
  if (!isDouble(flow.doneFile)) return undefined;
  if (isDouble(undefined)) return { path: ['stagingName'], message: 'must not end like a checksum file' };
  return { path: ['doneFile'], message: 'must not name what stagingName or checksumFile names too' };
}

/**
 * The letters at an end are what a staging file is told by when it is swept: 16 digits, which are hexadecimal too, are in many a
 * name at a partner (`statement-2026112012345678`).
 */
function isStagingPattern(pattern: string): boolean {
  const count = (placeholder: string) => pattern.split(placeholder).length - 1;
  const rest = pattern.replace('{name}', '').replace('{version}', '');
  const isTellable = /^[^{}]*\p{L}{3}[^{}]*\{|\}[^{}]*\p{L}{3}[^{}]*$/u.test(pattern);
  return count('{name}') === 1 && count('{version}') === 1 && isTellable && !/[/{}\p{Cc}]/u.test(rest);
}
