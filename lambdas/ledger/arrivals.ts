import { createHash } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { Arrival, ArrivedVersion } from '../sync/expect.ts';
import { type FlowName, signalsKey } from './keys.ts';
import type { Table } from './table.ts';

/** How long a content is known again, and a day's arrivals are kept. */
const keptDays = 40;

/** More versions of one file on one day tell nothing new. */
const mostVersions = 20;

export interface NewArrival {
  /** The expectation's key and date. */
  readonly key: string;
  readonly date: string;
  /** Below the flow's remote directory. */
  readonly path: string;
  readonly version: ArrivedVersion;
  /** What tells this content from any other; undefined of an empty file, which is like every other. */
  readonly content: string | undefined;
}

/** Records that an expected file came. The same version may be recorded again, and counts once. */
export async function recordArrival(table: Table, flowName: FlowName, arrival: NewArrival): Promise<void> {
  const { key, date, path, version, content } = arrival;
  const expiresAt = Math.floor(version.at.getTime() / 1000) + keptDays * 24 * 3600;
  const sameAs =
    content === undefined ? undefined : await ownerOf(table, flowName, { content, path, expiresAt });
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk: signalsKey(flowName), sk: `${dayPrefix(key)}${date}#${digestOf(path)}` },
        UpdateExpression:
          'SET #path = :path, sameAs = :sameAs, lastEtag = :etag, expiresAt = :expiresAt, ' +
          'versions = list_append(if_not_exists(versions, :none), :version)',
        ConditionExpression:
          'attribute_not_exists(lastEtag) OR (lastEtag <> :etag AND size(versions) < :most)',
        ExpressionAttributeNames: { '#path': 'path' },
        ExpressionAttributeValues: {
          ':path': path,
          ':sameAs': sameAs ?? '',
          ':etag': version.etag,
          ':expiresAt': expiresAt,
          ':none': [],
          ':version': [{ ...version, at: version.at.toISOString() }],
          ':most': mostVersions,
        },
      }),
    );
  } catch (cause) {
    if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
  }
}

const arrivalSchema = z
  .object({
    sk: z.string(),
    path: z.string(),
    sameAs: z.string(),
    versions: z.array(z.object({ etag: z.string(), sizeBytes: z.number(), at: z.coerce.date() })),
  })
  .transform(({ sk, path, sameAs, versions }): Arrival & { readonly date: string } => {
    const [, , date = ''] = sk.split('#');
    return { date, path, versions, sameAs: sameAs === '' ? undefined : sameAs };
  });

/** What came for an expectation, by date, from that date on. */
export async function arrivalsSince(
  table: Table,
  flowName: FlowName,
  { key, date }: { readonly key: string; readonly date: string },
): Promise<ReadonlyMap<string, readonly Arrival[]>> {
  const arrivals: (Arrival & { readonly date: string })[] = [];
  const query = {
    TableName: table.name,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': signalsKey(flowName),
      ':first': `${dayPrefix(key)}${date}`,
      ':last': `${dayPrefix(key)}~`,
    },
    ConsistentRead: true,
  };
  for await (const { Items = [] } of paginateQuery({ client: table.client }, query)) {
    arrivals.push(...Items.map((item) => arrivalSchema.parse(item)));
  }
  return Map.groupBy(arrivals, (arrival) => arrival.date);
}

function dayPrefix(key: string): string {
  return `DAY#${key}#`;
}

/** The other file that has had this content; undefined where this one is the first, or the same. */
async function ownerOf(
  table: Table,
  flowName: FlowName,
  {
    content,
    path,
    expiresAt,
  }: { readonly content: string; readonly path: string; readonly expiresAt: number },
): Promise<string | undefined> {
  const Key = { pk: signalsKey(flowName), sk: `CONTENT#${content}` };
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: { ...Key, path, expiresAt },
        ConditionExpression: 'attribute_not_exists(pk) OR #path = :path',
        ExpressionAttributeNames: { '#path': 'path' },
        ExpressionAttributeValues: { ':path': path },
      }),
    );
    return undefined;
  } catch (cause) {
    if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
    const command = new GetCommand({ TableName: table.name, Key, ConsistentRead: true });
    const { Item } = await table.client.send(command);
    return z.object({ path: z.string() }).parse(Item ?? { path: '' }).path || undefined;
  }
}

/** A path may be longer than a sort key. */
function digestOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 32);
}
