import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { PartnerId } from '../../contract/ids.ts';
import {
  applyMeasurement,
  defaultRate,
  type Measurement,
  type TransferRate,
} from '../../core/plan/transfer-rate.ts';
import { type ItemKey, partnerKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { writeItem } from '../write-item.ts';

const rateSchema = z.object({ secondsPerFile: z.number().positive(), bytesPerSecond: z.number().positive() });

/**
 * The rate of one session at the partner, as measured by earlier transfers; a default before the first of
 * them.
 */
export async function transferRate(table: Table, partner: PartnerId): Promise<TransferRate> {
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: rateKey(partner) }));
  return Item === undefined ? defaultRate : rateSchema.parse(Item);
}

/**
 * Updates the rate with a measurement. Of two functions that end at the same moment one update may be lost,
 * which does not matter for an average.
 */
export async function recordRate(table: Table, partner: PartnerId, measured: Measurement): Promise<void> {
  const before = await transferRate(table, partner);
  await writeItem(table, rateKey(partner), { set: { ...applyMeasurement(before, measured) }, remove: [] });
}

function rateKey(partner: PartnerId): ItemKey {
  return { pk: partnerKey(partner), sk: 'RATE' };
}
