import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { PartnerId } from '../contract/ids.ts';
import { defaultRate, learnedRate, type Measurement, type TransferRate } from '../sync/expected-time.ts';
import { type ItemKey, partnerKey } from './keys.ts';
import type { Table } from './table.ts';
import { updateItem } from './update-item.ts';

const rateSchema = z.object({ secondsPerFile: z.number().positive(), bytesPerSecond: z.number().positive() });

/** How fast a session at the partner is, as workers have measured it; the default before the first of them. */
export async function transferRate(table: Table, partner: PartnerId): Promise<TransferRate> {
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: rateKey(partner) }));
  return Item === undefined ? defaultRate : rateSchema.parse(Item);
}

/**
 * Lets the rate learn from what a worker has measured. Of workers that end at the same moment one may go unheard: it is an
 * average, and the next one tells the same.
 */
export async function recordRate(table: Table, partner: PartnerId, measured: Measurement): Promise<void> {
  const before = await transferRate(table, partner);
  await updateItem(table, rateKey(partner), { set: { ...learnedRate(before, measured) }, remove: [] });
}

function rateKey(partner: PartnerId): ItemKey {
  return { pk: partnerKey(partner), sk: 'RATE' };
}
