import { createHash } from 'node:crypto';
import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { Arrival, ArrivedVersion } from '../../core/expectation/expectation.ts';
import { absentOr } from '../../core/ledger/item-write.ts';
import { alertsKey, type FlowName } from '../keys.ts';
import type { Table } from '../table.ts';
import { writeItem } from '../write-item.ts';

/** How long contents are recognized as duplicates, and the arrivals of a day are kept. */
const keepDays = 40;

/** Enough to detect duplicates and late versions. Further versions of a file on one day are not recorded. */
const maxVersions = 20;

export interface NewArrival {
  /** The expectation's key and date. */
  readonly key: string;
  readonly date: string;
  /** Below the flow's remote directory. */
  readonly path: string;
  readonly version: ArrivedVersion;
  /** Identifies the content; undefined for an empty file, which is no duplicate of another. */
  readonly content: string | undefined;
}

/** Records that an expected file arrived. Recording the same version again changes nothing. */
export async function recordArrival(table: Table, flowName: FlowName, arrival: NewArrival): Promise<void> {
  const { key, date, path, version, content } = arrival;
  const expiresAt = Math.floor(version.at.getTime() / 1000) + keepDays * 24 * 3600;
  const sameAs =
    content === undefined ? undefined : await findDuplicate(table, flowName, { content, path, expiresAt });
  await writeItem(
    table,
    { pk: alertsKey(flowName), sk: `${dayPrefix(key)}${date}#${hashPath(path)}` },
    {
      condition: {
        kind: 'any',
        of: [
          { kind: 'absent', path: 'lastEtag' },
          {
            kind: 'all',
            of: [
              { kind: 'differs', path: 'lastEtag', value: version.etag },
              { kind: 'fewer', path: 'versions', count: maxVersions },
            ],
          },
        ],
      },
      set: { path, sameAs: sameAs ?? '', lastEtag: version.etag, expiresAt },
      remove: [],
      append: { versions: { ...version, at: version.at.toISOString() } },
      proof: { kind: 'event', at: 'arrivals', id: `${version.etag} ${version.at.toISOString()}` },
    },
  );
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

/** The arrivals for an expectation, by date, from that date on. */
export async function readArrivals(
  table: Table,
  flowName: FlowName,
  { key, date }: { readonly key: string; readonly date: string },
): Promise<ReadonlyMap<string, readonly Arrival[]>> {
  const arrivals: (Arrival & { readonly date: string })[] = [];
  const query = {
    TableName: table.name,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': alertsKey(flowName),
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

/** The path of another file with this content; undefined if this one is the first. */
async function findDuplicate(
  table: Table,
  flowName: FlowName,
  {
    content,
    path,
    expiresAt,
  }: { readonly content: string; readonly path: string; readonly expiresAt: number },
): Promise<string | undefined> {
  const { kind, item } = await writeItem(
    table,
    { pk: alertsKey(flowName), sk: `CONTENT#${content}` },
    {
      condition: absentOr({ kind: 'equal', path: 'path', value: path }),
      set: { path, expiresAt },
      remove: [],
      proof: { kind: 'repeatable' },
    },
  );
  return kind === 'written' ? undefined : z.object({ path: z.string() }).parse(item).path;
}

/** A path may be longer than a sort key can be. */
function hashPath(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 32);
}
