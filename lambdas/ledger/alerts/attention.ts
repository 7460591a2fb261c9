import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { Assignments } from '../../core/ledger/item-write.ts';
import { filesPrefix } from '../keys.ts';
import type { Table } from '../table.ts';

/**
 * The sparse index of what needs an operator: failed files and deliveries, and open alerts. Only such items
 * have its key attributes: a constant partition key, which few items share, and the time as sort key.
 */
export const attentionIndex = 'attention';

/**
 * The attributes that put an item into the index. One that is there already keeps its time, so that an item
 * that fails again does not look new. The key may contain only a hash of the path.
 */
export function withAttention(at: Date, path: string): Required<Pick<Assignments, 'set' | 'setIfAbsent'>> {
  return { set: { attention: 'open', attentionPath: path }, setIfAbsent: { attentionAt: at.toISOString() } };
}

/** The attributes to remove from an item that no longer needs an operator. */
export const withoutAttention = ['attention', 'attentionAt', 'attentionPath'] as const;

/** A file or delivery whose last try failed, or an open alert. */
export interface OpenItem {
  readonly partner: string;
  readonly flow: string;
  /** Below the flow's remote directory or prefix; the subject of an alert. */
  readonly path: string;
  /** Of the first failure since the last success, or since when the alert has been open. */
  readonly at: string;
  /** Of the last failure; undefined for an alert. */
  readonly lastTryAt: string | undefined;
  /**
   * How often this version was tried: by runs for a file of a pull, by deliveries for an object of a push.
   * Undefined for an alert.
   */
  readonly tries: number | undefined;
  /**
   * When the queue hands a delivery out again; undefined where it does not, or for anything but a delivery.
   */
  readonly nextTryAt: string | undefined;
  /** Whether no try of a delivery follows by itself. A later run of its flow queues the object again. */
  readonly isGivenUp: boolean;
  readonly error: string;
  readonly message: string;
  /** The last lines of the session of a delivery. The transcript of a pull is with its run. */
  readonly transcript: readonly string[] | undefined;
}

const keySchema = z.object({ pk: z.string() });

const itemSchema = z
  .object({
    pk: z.string(),
    attentionAt: z.string(),
    attentionPath: z.string(),
    lastError: z.object({
      error: z.string(),
      message: z.string(),
      failedAt: z.string().optional(),
      attempts: z.number().optional(),
      tries: z.number().optional(),
      nextTryAt: z.string().optional(),
      isGivenUp: z.boolean().default(false),
      transcript: z.array(z.string()).optional(),
    }),
  })
  .transform(({ pk, attentionAt: at, attentionPath: path, lastError }): OpenItem => {
    const [, partner = '', flow = ''] = pk.split('#');
    const {
      error,
      message,
      failedAt,
      attempts,
      tries = attempts,
      nextTryAt,
      isGivenUp,
      transcript,
    } = lastError;
    const tried = { lastTryAt: failedAt, tries, nextTryAt, isGivenUp };
    return { partner, flow, path, at, ...tried, error, message, transcript };
  });

/** Everything that needs an operator, oldest first. */
export async function* openIssues(table: Table): AsyncGenerator<OpenItem> {
  for await (const item of openItems(table)) yield itemSchema.parse(item);
}

/** The failed files and deliveries, oldest first, without alerts. */
export async function* openFiles(table: Table): AsyncGenerator<OpenItem> {
  for await (const item of openItems(table)) {
    if (keySchema.parse(item).pk.startsWith(filesPrefix)) yield itemSchema.parse(item);
  }
}

async function* openItems(table: Table): AsyncGenerator<unknown> {
  const query = {
    TableName: table.name,
    IndexName: attentionIndex,
    KeyConditionExpression: 'attention = :open',
    ExpressionAttributeValues: { ':open': 'open' },
  };
  for await (const { Items = [] } of paginateQuery({ client: table.client }, query)) {
    yield* Items;
  }
}
