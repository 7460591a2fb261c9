import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { FlowId, PartnerId } from '../../contract/ids.ts';
import { parseJson } from '../../contract/parse-json.ts';
import { directoryKey, type FlowName, filesPrefix } from '../keys.ts';
import type { Table } from '../table.ts';

/**
 * The state of a file of a pull or an object of a push. `failed`: the last try failed, even if an earlier
 * version was moved. `replay`: an operator wants it again. `held`: seen, and not settled yet. `queued`: waits
 * for its delivery. `too-small`: the newest version of the object has fewer bytes than the flow's `minBytes`.
 */
export const fileStates = [
  'transferred',
  'delivered',
  'failed',
  'replay',
  'held',
  'queued',
  'too-small',
] as const;
export type FileState = (typeof fileStates)[number];

export interface KnownFile {
  readonly partner: string;
  readonly flow: string;
  /**
   * Below the flow's remote directory or prefix. A directory or name that is too long for a key is replaced
   * by its hash: `~…`.
   */
  readonly path: string;
  readonly state: FileState;
  /** When it entered the state. */
  readonly at: string | undefined;
  readonly sizeBytes: number | undefined;
  /** The error, who wants a replay and why, or the run or version that was moved. */
  readonly detail: string;
}

const versionSchema = z.object({ sizeBytes: z.number() });
const itemSchema = z.object({
  pk: z.string(),
  name: z.string().default(''),
  transferred: versionSchema.extend({ transferredAt: z.string(), runId: z.string() }).optional(),
  observation: z
    .object({ fingerprint: z.object({ sizeBytes: z.number().optional() }), firstSeenAt: z.string() })
    .optional(),
  delivered: versionSchema
    .extend({ deliveredAt: z.string(), versionId: z.string(), verification: z.string().optional() })
    .optional(),
  tooSmall: versionSchema.extend({ versionId: z.string(), at: z.string() }).optional(),
  claimed: z.object({ versionId: z.string() }).optional(),
  attentionAt: z.string().optional(),
  lastError: z.object({ error: z.string(), message: z.string(), failedAt: z.string() }).optional(),
  replay: z.object({ who: z.string(), reason: z.string(), at: z.string() }).optional(),
});

/**
 * Which files to read. A directory is one Query; everything else scans the whole table.
 */
export interface KnownFilesScope {
  readonly partner: PartnerId | undefined;
  readonly flow: FlowId | undefined;
  /** Below the remote directory or prefix of one flow; empty for that directory itself. */
  readonly directory: string | undefined;
}

const tokenSchema = z.record(z.string(), z.string());

export interface KnownFilesPage {
  readonly files: readonly KnownFile[];
  /** The token of the next page; undefined after the last. */
  readonly next: string | undefined;
}

/**
 * One page of the files in the ledger: ordered by name within a directory, directories in no useful order. A
 * page covers at most one megabyte of the table, and may be empty although more pages follow.
 * @param token of the page; undefined for the first one.
 */
export async function knownFiles(
  table: Table,
  scope: KnownFilesScope,
  token: string | undefined,
): Promise<KnownFilesPage> {
  const start = token === undefined ? {} : { ExclusiveStartKey: readToken(token) };
  const { Items = [], LastEvaluatedKey } = await table.client.send(
    scope.partner !== undefined && scope.flow !== undefined && scope.directory !== undefined
      ? directoryQuery(table, { partner: scope.partner, flow: scope.flow }, scope.directory, start)
      : new ScanCommand({
          TableName: table.name,
          FilterExpression: 'begins_with(pk, :files)',
          ExpressionAttributeValues: { ':files': partitionPrefix(scope) },
          ...start,
        }),
  );
  const files = Items.map((item) => toKnownFile(itemSchema.parse(item)));
  return { files, next: LastEvaluatedKey === undefined ? undefined : toToken(LastEvaluatedKey) };
}

function directoryQuery(table: Table, flowName: FlowName, directory: string, start: object): QueryCommand {
  return new QueryCommand({
    TableName: table.name,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': directoryKey(flowName, directory) },
    ConsistentRead: true,
    ...start,
  });
}

function partitionPrefix({ partner, flow }: KnownFilesScope): string {
  if (partner === undefined) return filesPrefix;
  return flow === undefined ? `${filesPrefix}${partner}#` : `${filesPrefix}${partner}#${flow}#`;
}

function toToken(key: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Whether a text, as typed by a person, is a page token of {@link knownFiles}. */
export function isPageToken(text: string): boolean {
  return Object.keys(parseJson(tokenText(text), tokenSchema) ?? {}).length > 0;
}

/** @throws ZodError if it is not a token of {@link knownFiles}. */
function readToken(token: string): Readonly<Record<string, string>> {
  return tokenSchema.parse(parseJson(tokenText(token)));
}

function tokenText(token: string): string {
  return Buffer.from(token, 'base64url').toString();
}

function toKnownFile(item: z.infer<typeof itemSchema>): KnownFile {
  const [, partner = '', flow = '', ...directory] = item.pk.split('#');
  const path = [directory.join('#'), item.name].filter((part) => part !== '').join('/');
  return { partner, flow, path, ...fileState(item) };
}

function fileState(item: z.infer<typeof itemSchema>): Omit<KnownFile, 'partner' | 'flow' | 'path'> {
  const { transferred, observation, delivered, lastError, replay, attentionAt, tooSmall, claimed } = item;
  const sizeBytes = transferred?.sizeBytes ?? delivered?.sizeBytes ?? observation?.fingerprint.sizeBytes;
  if (lastError !== undefined) {
    return {
      state: 'failed',
      at: attentionAt ?? lastError.failedAt,
      sizeBytes,
      detail: `${lastError.error}: ${lastError.message}`,
    };
  }
  if (replay !== undefined) {
    return { state: 'replay', at: replay.at, sizeBytes, detail: `${replay.who}: ${replay.reason}` };
  }
  if (observation !== undefined) {
    const detail = transferred === undefined ? 'seen, not settled' : 'a new version was seen, not settled';
    return {
      state: 'held',
      at: observation.firstSeenAt,
      sizeBytes: observation.fingerprint.sizeBytes,
      detail,
    };
  }
  if (transferred !== undefined) {
    return {
      state: 'transferred',
      at: transferred.transferredAt,
      sizeBytes,
      detail: `run ${transferred.runId}`,
    };
  }
  if (tooSmall !== undefined && (claimed === undefined || claimed.versionId === tooSmall.versionId)) {
    const detail = `version ${tooSmall.versionId} is smaller than the flow's minBytes`;
    return { state: 'too-small', at: tooSmall.at, sizeBytes: tooSmall.sizeBytes, detail };
  }
  if (delivered !== undefined) {
    const isNewer = claimed !== undefined && claimed.versionId !== delivered.versionId;
    const detail = `version ${delivered.versionId}, verified by: ${delivered.verification ?? 'size'}`;
    if (!isNewer) return { state: 'delivered', at: delivered.deliveredAt, sizeBytes, detail };
  }
  return { state: 'queued', at: undefined, sizeBytes, detail: 'waits for its delivery' };
}
