import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { Table } from './table.ts';

/**
 * The sparse index of what needs a person: failed files and deliveries, nothing else. Its partition key is one word, since what
 * is healthy is not in it; its sort key is the time.
 */
export const attentionIndex = 'attention';

/** The attributes that put an item into the index. */
export function inAttention(at: Date): { readonly attention: 'open'; readonly attentionAt: string } {
  return { attention: 'open', attentionAt: at.toISOString() };
}

/** The attributes whose removal takes it out again. */
export const outOfAttention = ['attention', 'attentionAt'] as const;

/** A file or delivery whose last try failed. */
export interface OpenIssue {
  readonly partner: string;
  readonly flow: string;
  /** Below the flow's remote directory or prefix. */
  readonly path: string;
  readonly at: string;
  readonly fault: string;
  readonly message: string;
}

const itemSchema = z
  .object({
    pk: z.string(),
    name: z.string(),
    attentionAt: z.string(),
    failure: z.object({ fault: z.string(), message: z.string() }),
  })
  .transform(({ pk, name, attentionAt, failure }): OpenIssue => {
    const [, partner = '', flow = '', ...directory] = pk.split('#');
    const path = [...(directory.join('#') === '' ? [] : [directory.join('#')]), name].join('/');
    return { partner, flow, path, at: attentionAt, ...failure };
  });

/** What is open, oldest first. */
export async function* openIssues(table: Table): AsyncGenerator<OpenIssue> {
  const query = {
    TableName: table.name,
    IndexName: attentionIndex,
    KeyConditionExpression: 'attention = :open',
    ExpressionAttributeValues: { ':open': 'open' },
  };
  for await (const { Items = [] } of paginateQuery({ client: table.client }, query)) {
    for (const item of Items) yield itemSchema.parse(item);
  }
}
