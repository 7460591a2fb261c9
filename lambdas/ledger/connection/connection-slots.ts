import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { PartnerId } from '../../contract/ids.ts';
import type { SlotState } from '../../core/connection/connection-limit.ts';
import { releaseSlotWrite, renewSlotWrite, takeSlotWrite } from '../../core/ledger/slot-rules.ts';
import { type ItemKey, partnerKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { writeItem } from '../write-item.ts';

/** A slot is free this long after its last renewal, so a killed function blocks it no longer. */
export const slotMs = 60_000;

/** The right to one session at the partner. */
export interface Slot {
  readonly partner: PartnerId;
  readonly number: number;
  /** A name that is unique to the holder. */
  readonly holder: string;
}

const slotPrefix = 'SLOT#';

const slotItemSchema = z.object({
  sk: z.string().startsWith(slotPrefix),
  holder: z.string().optional(),
  untilMs: z.number(),
});

/** The slots that are not free: held, or released so recently that the server may still count the session. */
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

/** Takes the slot in one conditional write. `in-use`: another holder has it. */
export async function takeSlot(table: Table, slot: Slot, now: Date): Promise<'taken' | 'in-use'> {
  const nowMs = now.getTime();
  const write = takeSlotWrite({ holder: slot.holder, nowMs, untilMs: nowMs + slotMs });
  const { kind } = await writeItem(table, slotKey(slot), write);
  return kind === 'written' ? 'taken' : 'in-use';
}

/** Extends the slot by `slotMs`. `lost`: it expired, and another holder took it. */
export async function renewSlot(table: Table, slot: Slot, now: Date): Promise<'held' | 'lost'> {
  const write = renewSlotWrite(slot.holder, now.getTime() + slotMs);
  const { kind } = await writeItem(table, slotKey(slot), write);
  return kind === 'written' ? 'held' : 'lost';
}

/**
 * Releases the slot; does nothing if it was lost.
 * @param untilMs when it may be taken again: a server counts a session for a moment after its end.
 */
export async function releaseSlot(table: Table, slot: Slot, untilMs: number): Promise<void> {
  await writeItem(table, slotKey(slot), releaseSlotWrite(slot.holder, untilMs));
}

function slotKey({ partner, number }: Slot): ItemKey {
  return { pk: partnerKey(partner), sk: `${slotPrefix}${number}` };
}
