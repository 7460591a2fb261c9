import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { FlowId, PartnerId } from '../contract/ids.ts';
import { directoryKey, type FlowName, filesStart } from './keys.ts';
import type { Table } from './table.ts';

/**
 * Where a file of a pull or an object of a push stands. `failed`: the last try did, whatever was moved before. `replay`: a person
 * wants it again. `held`: seen, and not settled yet. `waiting`: claimed for its delivery.
 */
export const fileStates = ['taken', 'delivered', 'failed', 'replay', 'held', 'waiting'] as const;
export type FileState = (typeof fileStates)[number];

export interface KnownFile {
  readonly partner: string;
  readonly flow: string;
  /** Below the flow's remote directory or prefix. A directory or name that is too long for a key stands as its hash: `~…`. */
  readonly path: string;
  readonly state: FileState;
  /** When it came into that state. */
  readonly at: string | undefined;
  readonly sizeBytes: number | undefined;
  /** The fault of what failed, who wants a replay and why, the run or the version of what was moved. */
  readonly detail: string;
}

const versionSchema = z.object({ sizeBytes: z.number() });
const itemSchema = z.object({
  pk: z.string(),
  name: z.string().default(''),
  taken: versionSchema.extend({ takenAt: z.string(), runId: z.string() }).optional(),
  sighting: z
    .object({ fingerprint: z.object({ sizeBytes: z.number().optional() }), firstSeenAt: z.string() })
    .optional(),
  delivered: versionSchema.extend({ deliveredAt: z.string(), versionId: z.string() }).optional(),
  claimed: z.object({ versionId: z.string() }).optional(),
  failure: z.object({ fault: z.string(), message: z.string(), failedAt: z.string() }).optional(),
  replay: z.object({ who: z.string(), reason: z.string(), at: z.string() }).optional(),
});

/** Which of them are asked for. The narrower, the cheaper: a directory is one Query, everything else reads the whole table. */
export interface KnownFilesScope {
  readonly partner: PartnerId | undefined;
  readonly flow: FlowId | undefined;
  /** Of one flow: below its remote directory or prefix, empty for that itself. */
  readonly directory: string | undefined;
}

const tokenSchema = z.record(z.string(), z.string());

export interface KnownFilesPage {
  readonly files: readonly KnownFile[];
  /** Where the next page begins; undefined behind the last. */
  readonly next: string | undefined;
}

/**
 * One page of what the ledger knows, which may be empty where the scope is narrow: in the order of the names within a directory, and
 * of directories in the table's own. It never holds more than one megabyte of the table. @param token where a page before ended
 */
export async function knownFiles(
  table: Table,
  scope: KnownFilesScope,
  token: string | undefined,
): Promise<KnownFilesPage> {
  const start = token === undefined ? {} : { ExclusiveStartKey: readToken(token) };
  const { Items = [], LastEvaluatedKey } = await table.client.send(
    scope.partner !== undefined && scope.flow !== undefined && scope.directory !== undefined
      ? queryOf(table, { partner: scope.partner, flow: scope.flow }, scope.directory, start)
      : new ScanCommand({
          TableName: table.name,
          FilterExpression: 'begins_with(pk, :files)',
          ExpressionAttributeValues: { ':files': startOf(scope) },
          ...start,
        }),
  );
  const files = Items.map((item) => knownFileOf(itemSchema.parse(item)));
  return { files, next: LastEvaluatedKey === undefined ? undefined : tokenOf(LastEvaluatedKey) };
}

function queryOf(table: Table, flowName: FlowName, directory: string, start: object): QueryCommand {
  return new QueryCommand({
    TableName: table.name,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': directoryKey(flowName, directory) },
    ConsistentRead: true,
    ...start,
  });
}

function startOf({ partner, flow }: KnownFilesScope): string {
  if (partner === undefined) return filesStart;
  return flow === undefined ? `${filesStart}${partner}#` : `${filesStart}${partner}#${flow}#`;
}

function tokenOf(key: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Whether that is a token of {@link knownFiles}, and not something else that a person has typed. */
export function isPageToken(text: string): boolean {
  try {
    return Object.keys(readToken(text)).length > 0;
  } catch {
    return false;
  }
}

/** @throws SyntaxError, ZodError */
function readToken(token: string): Readonly<Record<string, string>> {
  return tokenSchema.parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
}

function knownFileOf(item: z.infer<typeof itemSchema>): KnownFile {
  const [, partner = '', flow = '', ...directory] = item.pk.split('#');
  const path = [directory.join('#'), item.name].filter((part) => part !== '').join('/');
  return { partner, flow, path, ...standing(item) };
}

function standing(item: z.infer<typeof itemSchema>): Omit<KnownFile, 'partner' | 'flow' | 'path'> {
  const { taken, sighting, delivered, failure, replay } = item;
  const sizeBytes = taken?.sizeBytes ?? delivered?.sizeBytes ?? sighting?.fingerprint.sizeBytes;
  if (failure !== undefined) {
    return {
      state: 'failed',
      at: failure.failedAt,
      sizeBytes,
      detail: `${failure.fault}: ${failure.message}`,
    };
  }
  if (replay !== undefined) {
    return { state: 'replay', at: replay.at, sizeBytes, detail: `${replay.who}: ${replay.reason}` };
  }
  if (sighting !== undefined) {
    const detail = taken === undefined ? 'seen, not settled' : 'a new version is seen, and not settled';
    return { state: 'held', at: sighting.firstSeenAt, sizeBytes: sighting.fingerprint.sizeBytes, detail };
  }
  if (taken !== undefined) {
    return { state: 'taken', at: taken.takenAt, sizeBytes, detail: `run ${taken.runId}` };
  }
  if (delivered !== undefined) {
    const isNewer = item.claimed !== undefined && item.claimed.versionId !== delivered.versionId;
    const detail = `version ${delivered.versionId}`;
    if (!isNewer) return { state: 'delivered', at: delivered.deliveredAt, sizeBytes, detail };
  }
  return { state: 'waiting', at: undefined, sizeBytes, detail: 'to be delivered' };
}
