import { z } from 'zod';
import { deliveryPaths } from '../../core/delivery/delivery-path.ts';
import { parseRemotePath, rootPath } from '../../core/path/remote-path.ts';
import { flowIdSchema } from '../ids.ts';
import { doneFilePattern, glob, isDoneFilePattern, keyPrefix, plainPath, schedule } from './settings.ts';

const trigger = z
  .array(z.enum(['event', 'schedule']))
  .min(1)
  .max(2)
  .default(['event'])
  .meta({
    description:
      'What starts a delivery. event: the object itself, within seconds. schedule: a reconcile run that finds objects whose event was missed. Default: [event].',
    examples: [['event', 'schedule']],
  });

/** Hidden on most servers, and unique to each try of a version of an object. */
const defaultStagingName = '.{name}.{version}.part';

/** A flow from us to the partner. */
export const pushFlowSchema = z
  .strictObject({
    name: flowIdSchema.meta({
      description: 'The id of the flow in commands, keys and log lines; unique within the partner.',
      examples: ['orders'],
    }),
    direction: z.literal('push').meta({ description: 'push: from us to the partner.' }),
    remote: plainPath.transform(parseRemotePath).meta({
      description:
        'The directory at the partner; it and directories below it are created where they are missing.',
      examples: ['/incoming/orders'],
    }),
    prefix: keyPrefix.meta({
      description: 'The prefix of the keys in the outbox bucket. No prefix of another flow may overlap it.',
      examples: ['acme/orders/'],
    }),
    trigger,
    schedule: schedule.optional().meta({
      description: 'When the reconcile run starts; used only with the trigger `schedule`. Default: never.',
    }),
    include: z
      .array(glob)
      .min(1)
      .default(['**'])
      .meta({
        description:
          'Globs on the key below `prefix`; an object must match one of them. Default: ["**"], all objects.',
        examples: [['**/*.xml']],
      }),
    exclude: z
      .array(glob)
      .default([])
      .meta({
        description: 'Globs on the key below `prefix`; an object must match none of them. Default: none.',
        examples: [['**/*.tmp']],
      }),
    overwrite: z.enum(['refuse', 'replace-own', 'replace', 'delete-first']).default('refuse').meta({
      description:
        'What to do if the partner already has a file of that name. refuse: fail the delivery. replace-own: replace it only if it is what this flow delivered, unchanged since. replace: rename over it. delete-first: delete it just before the rename. Default: refuse.',
    }),
    minBytes: z
      .number()
      .int()
      .min(0)
      .default(0)
      .meta({
        description:
          'An object with fewer bytes is not delivered, and that is no failure; a later version with more is. 1 leaves out empty objects, which some gateways create before they write. Default: 0.',
        examples: [1],
      }),
    delivery: z.enum(['staged', 'direct'], 'must be staged or direct').default('staged').meta({
      description:
        'How a file gets its name. staged: uploaded under stagingName, verified, then renamed. direct: uploaded under its final name, for servers that cannot rename; a reader may see a part of it. Default: staged.',
    }),
    stagingName: z
      .string()
      .max(60)
      .refine(
        isStagingPattern,
        'must contain {name} and {version} once each, start or end with three letters such as .part, and contain no slash',
      )
      .default(defaultStagingName)
      .meta({
        description:
          'The name of a file during its upload; {version} is 16 hex digits, different for each try of each version of the object. Default: .{name}.{version}.part.',
        examples: ['{name}.{version}.tmp'],
      }),
    verify: z.enum(['size', 'listing', 'none'], 'must be size, listing or none').default('size').meta({
      description:
        'How an upload is verified before it counts as delivered. size: by SIZE, or where the server does not tell it by the listing. listing: by the listing of its directory alone. none: by the 226 of the server alone, for drop boxes that let nobody look. Default: size.',
    }),
    makeDirectories: z.boolean().default(true).meta({
      description:
        'Whether to create missing directories. false: they must exist, and only the upload shows whether they do. Default: true.',
    }),
    doneFile: doneFilePattern.optional().meta({
      description:
        'An empty marker file written beside the file once it is complete; {name} is the name of the file, {stem} the name without its extension. Default: none.',
      examples: ['{name}.done'],
    }),
    checksumFile: z.literal('sha256').optional().meta({
      description:
        'sha256: writes {name}.sha256 beside the file, in the format of `sha256sum -c`. Default: none.',
    }),
    after: z.enum(['keep', 'tag', 'delete'], 'must be keep, tag or delete').default('keep').meta({
      description:
        'What happens to the object once it is delivered. tag: the version gets the tag `ftps-sync:delivered`. delete: the key gets a delete marker. Default: keep.',
    }),
    expect: z.never({ error: () => 'is a setting of pulls only: it checks what a partner sends' }).optional(),
  })
  .superRefine((flow, context) => {
    const message = 'is missing: the trigger schedule needs a schedule with cron and timeZone';
    if (flow.trigger.includes('schedule') && flow.schedule === undefined) {
      context.addIssue({ code: 'custom', path: ['schedule'], message });
    }
    const conflict = nameConflict(flow);
    if (conflict !== undefined) context.addIssue({ code: 'custom', ...conflict });
  });

export type PushFlow = z.infer<typeof pushFlowSchema>;

/**
 * Staging, checksum and done files must be distinguishable by name: otherwise one is mistaken for another, or
 * overwrites it.
 */
function nameConflict(
  flow: Pick<PushFlow, 'stagingName' | 'checksumFile' | 'doneFile'>,
): { path: string[]; message: string } | undefined {
  const isReserved = (doneFile: string | undefined) => {
    const { stagingName, checksumFile } = flow;
    const rules = { prefix: '', remote: rootPath, stagingName, checksumFile, doneFile };
    return deliveryPaths(rules, { key: 'x', versionId: '' }) === 'reserved-name';
  };
  // An invalid pattern has its own message.
  if (!isStagingPattern(flow.stagingName) || !isDoneFilePattern(flow.doneFile ?? '{name}.done'))
    return undefined;
  if (!isReserved(flow.doneFile)) return undefined;
  if (isReserved(undefined)) {
    const message = 'must not match the names of checksum files; end it with .part';
    return { path: ['stagingName'], message };
  }
  const message =
    'must not match the names of staging or checksum files; use another ending, such as {name}.done';
  return { path: ['doneFile'], message };
}

/**
 * The sweep recognises staging files by three letters at one end. The 16 hex digits alone are not enough:
 * many names at partners end with as many digits (`statement-2026112012345678`).
 */
function isStagingPattern(pattern: string): boolean {
  const count = (placeholder: string) => pattern.split(placeholder).length - 1;
  const rest = pattern.replace('{name}', '').replace('{version}', '');
  const isRecognisable = /^[^{}]*\p{L}{3}[^{}]*\{|\}[^{}]*\p{L}{3}[^{}]*$/u.test(pattern);
  return count('{name}') === 1 && count('{version}') === 1 && isRecognisable && !/[/{}\p{Cc}]/u.test(rest);
}
