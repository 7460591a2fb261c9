import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { filesStart } from './keys.ts';
import type { Table } from './table.ts';

/**
 * The sparse index of what needs a person: failed files and deliveries, nothing else. Its partition key is one word, since what
 * is healthy is not in it; its sort key is the time.
 */
export const attentionIndex = 'attention';

/**
 * The attributes that put an item into the index. The path is among them, because the item's key may hold but a hash of it.
 */
export function inAttention(at: Date, path: string): Readonly<Record<Attribute, string>> {
  return { attention: 'open', attentionAt: at.toISOString(), attentionPath: path };
}

type Attribute = (typeof outOfAttention)[number];

/** The attributes whose removal takes it out again. */
export const outOfAttention = ['attention', 'attentionAt', 'attentionPath'] as const;

/** A file or delivery whose last try failed. */
export interface OpenIssue {
  readonly partner: string;
  readonly flow: string;
  /** Below the flow's remote directory or prefix. */
  readonly path: string;
  readonly at: string;
  readonly fault: string;
  readonly message: string;
  /** The last lines of a delivery's session; a pulled file's are with its run. */
  readonly dialogue: readonly string[] | undefined;
}

const keySchema = z.object({ pk: z.string() });

const itemSchema = z
  .object({
    pk: z.string(),
    attentionAt: z.string(),
    attentionPath: z.string(),
    failure: z.object({ fault: z.string(), message: z.string(), dialogue: z.array(z.string()).optional() }),
  })
  .transform(({ pk, attentionAt: at, attentionPath: path, failure }): OpenIssue => {
    const [, partner = '', flow = ''] = pk.split('#');
    const { fault, message, dialogue } = failure;
    return { partner, flow, path, at, fault, message, dialogue };
  });

/** What is open, oldest first. */
export async function* openIssues(table: Table): AsyncGenerator<OpenIssue> {
  for await (const item of openItems(table)) yield itemSchema.parse(item);
}

/** Of what is open, the files and deliveries alone, without what is wrong with flows and partners. */
export async function* openFiles(table: Table): AsyncGenerator<OpenIssue> {
  for await (const item of openItems(table)) {
    if (keySchema.parse(item).pk.startsWith(filesStart)) yield itemSchema.parse(item);
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
