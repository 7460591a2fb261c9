import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { PartnerId } from '../contract/ids.ts';
import type { SlotState } from '../sync/connection-limit.ts';
import { type ItemKey, partnerKey } from './keys.ts';
import type { Table } from './table.ts';
import { type Change, updateItem } from './update-item.ts';

/** How long a slot is held without being renewed: what a worker that was killed costs the others. */
export const slotMs = 60_000;

/** The right to one session at the partner. */
export interface Slot {
  readonly partner: PartnerId;
  readonly number: number;
  /** Whose it is: a name that nobody else has. */
  readonly holder: string;
}

const slotPrefix = 'SLOT#';

const slotItemSchema = z.object({
  sk: z.string().startsWith(slotPrefix),
  holder: z.string().optional(),
  untilMs: z.number(),
});

/** The slots that are not free: held, or given back so lately that the server may still count the session. */
export async function slotsInUse(table: Table, partner: PartnerId, now: Date): Promise<readonly SlotState[]> {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :slots)',
      ExpressionAttributeValues: { ':pk': partnerKey(partner), ':slots': slotPrefix },
      ConsistentRead: true,
    }),
  );
  return Items.map((item) => slotItemSchema.parse(item))
    .filter(({ untilMs }) => untilMs > now.getTime())
    .map(({ sk, holder }) => ({
      number: Number(sk.slice(slotPrefix.length)),
      use: holder === undefined ? 'resting' : 'held',
    }));
}

/** Takes the slot in one conditional write. `in-use`: somebody else was quicker. */
export async function takeSlot(table: Table, slot: Slot, now: Date): Promise<'taken' | 'in-use'> {
  const isTaken = await changed(table, slot, {
    set: { holder: slot.holder, untilMs: now.getTime() + slotMs },
    remove: [],
    condition: {
      expression: 'attribute_not_exists(untilMs) OR untilMs <= :now OR holder = :holder',
      values: { ':now': now.getTime(), ':holder': slot.holder },
    },
  });
  return isTaken ? 'taken' : 'in-use';
}

/** Holds the slot for as long again. `lost`: it had expired, and is somebody else's now, or was. */
export async function renewSlot(table: Table, slot: Slot, now: Date): Promise<'held' | 'lost'> {
  const isHeld = await changed(table, slot, {
    set: { untilMs: now.getTime() + slotMs },
    remove: [],
    condition: whileHolding(slot),
  });
  return isHeld ? 'held' : 'lost';
}

/**
 * Gives the slot back. Having lost it already is fine: somebody else has it.
 * @param untilMs when it may be taken again: servers count a session for a moment after its end.
 */
export async function giveBackSlot(table: Table, slot: Slot, untilMs: number): Promise<void> {
  await changed(table, slot, { set: { untilMs }, remove: ['holder'], condition: whileHolding(slot) });
}

function whileHolding({ holder }: Slot): Change['condition'] & object {
  return { expression: 'holder = :holder', values: { ':holder': holder } };
}

async function changed(table: Table, slot: Slot, change: Change): Promise<boolean> {
  try {
    await updateItem(table, slotKey(slot), change);
    return true;
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return false;
    throw cause;
  }
}

function slotKey({ partner, number }: Slot): ItemKey {
  return { pk: partnerKey(partner), sk: `${slotPrefix}${number}` };
}
