import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type AlertScope, alertsKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { deleteItem, putItem, writeItem } from '../write-item.ts';
import { withAttention, withoutAttention } from './attention.ts';

/** Something that is wrong with a flow, a partner or the stage, until it is resolved. */
export interface AlertDetails {
  /** Unique within its scope: opening an alert again replaces the one with the same id. */
  readonly id: string;
  /** What `attention` shows in the place of a file. */
  readonly subject: string;
  readonly error: string;
  readonly message: string;
  /** Whether `attention` shows it. `none`: its event has been published, and no one has to act. */
  readonly need: 'person' | 'none';
}

/** Id of the alert that a flow's last run failed, was halted or was stopped; the next good run closes it. */
export const runAlertId = 'run';

const openPrefix = 'OPEN#';
const sincePrefix = 'SINCE#';

const itemSchema = z.object({ sk: z.string(), at: z.coerce.date() });

/** The open alerts of a scope, by id, and since when each of its checks has been monitored. */
export interface OpenAlerts {
  /** The time at which it was opened. */
  readonly open: ReadonlyMap<string, Date>;
  readonly monitoredSince: ReadonlyMap<string, Date>;
}

export async function readOpenAlerts(table: Table, scope: AlertScope): Promise<OpenAlerts> {
  const open = new Map<string, Date>();
  const monitoredSince = new Map<string, Date>();
  const query = {
    TableName: table.name,
    KeyConditionExpression: 'pk = :pk AND sk >= :open',
    ExpressionAttributeValues: { ':pk': alertsKey(scope), ':open': openPrefix },
    ConsistentRead: true,
  };
  for await (const { Items = [] } of paginateQuery({ client: table.client }, query)) {
    for (const item of Items) {
      const { sk, at } = itemSchema.parse(item);
      if (sk.startsWith(openPrefix)) open.set(sk.slice(openPrefix.length), at);
      else if (sk.startsWith(sincePrefix)) monitoredSince.set(sk.slice(sincePrefix.length), at);
    }
  }
  return { open, monitoredSince };
}

/**
 * Opens an alert, or replaces the open one with the same id, its time included. `attention` keeps showing the
 * time at which it was first opened.
 */
export async function openAlert(
  table: Table,
  scope: AlertScope,
  alert: AlertDetails & { readonly at: Date },
): Promise<void> {
  const { id, subject, error, message, need, at } = alert;
  const { set, setIfAbsent } = withAttention(at, subject);
  const details = { at: at.toISOString(), lastError: { error, message } };
  await writeItem(
    table,
    { pk: alertsKey(scope), sk: `${openPrefix}${id}` },
    need === 'person'
      ? { set: { ...details, ...set }, setIfAbsent, remove: [] }
      : { set: details, remove: withoutAttention },
  );
}

/** Closes an alert; does nothing if it is not open. */
export async function closeAlert(table: Table, scope: AlertScope, id: string): Promise<void> {
  await deleteItem(table, { pk: alertsKey(scope), sk: `${openPrefix}${id}` });
}

/** Records that a check is monitored from now on; does nothing if it was before. */
export async function startMonitoring(
  table: Table,
  scope: AlertScope,
  check: string,
  at: Date,
): Promise<void> {
  await writeItem(
    table,
    { pk: alertsKey(scope), sk: `${sincePrefix}${check}` },
    {
      condition: { kind: 'absent', path: 'pk' },
      set: { at: at.toISOString() },
      remove: [],
      proof: { kind: 'unreported' },
    },
  );
}

/** Moves the time since when a check is monitored. */
export async function moveMonitoringStart(
  table: Table,
  scope: AlertScope,
  check: string,
  at: Date,
): Promise<void> {
  await putItem(table, { pk: alertsKey(scope), sk: `${sincePrefix}${check}`, at: at.toISOString() });
}
