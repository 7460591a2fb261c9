import { z } from 'zod';
import { parseJson } from '../../lambdas/contract/parse-json.ts';
import { localAccount, localRegion } from '../account/local-account.ts';
import type { Operations } from '../endpoint/aws-json.ts';
import type { EventBus } from './event-bus.ts';

const busNames = ['default', `arn:aws:events:${localRegion}:${localAccount}:event-bus/default`];

const entrySchema = z.strictObject({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  Resources: z.array(z.string()).default([]),
  // Seconds since 1970, as the AWS JSON protocol writes times.
  Time: z.number().optional(),
  EventBusName: z.string().default('default'),
});
const putSchema = z.strictObject({ Entries: z.array(entrySchema).min(1).max(10) });

type Refusal = { readonly ErrorCode: string; readonly ErrorMessage: string };

/**
 * EventBridge's PutEvents on the default bus. Unlike the service it also accepts `aws.` sources, so that
 * tests can send a repeated or malformed event of S3.
 */
export function eventsOperations(bus: EventBus, now: () => Date): Operations {
  return {
    PutEvents: (input) => {
      const { Entries: entries } = putSchema.parse(input);
      const results = entries.map((entry) => putEntry(entry, bus, now));
      return {
        FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length,
        Entries: results,
      };
    },
  };
}

function putEntry(
  entry: z.infer<typeof entrySchema>,
  bus: EventBus,
  now: () => Date,
): Refusal | { readonly EventId: string } {
  const { Source: source, DetailType: detailType, Detail: text, EventBusName: busName } = entry;
  if (!busNames.includes(busName)) {
    return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `Event bus ${busName} does not exist.` };
  }
  if (source === undefined) return missing('Source');
  if (detailType === undefined) return missing('DetailType');
  if (text === undefined) return missing('Detail');
  const detail = parseJson(text, detailSchema);
  if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const time = entry.Time === undefined ? now() : new Date(entry.Time * 1000);
  return { EventId: bus.put({ source, detailType, detail, resources: entry.Resources, time }) };
}

function missing(name: string): Refusal {
  return {
    ErrorCode: 'InvalidArgument',
    ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
  };
}

const detailSchema = z.record(z.string(), z.json());
