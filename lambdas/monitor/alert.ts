import type { Events, EventType } from '../contract/events/event.ts';
import type { AlertDetails } from '../ledger/alerts/open-alerts.ts';
import { closeAlert, type OpenAlerts, openAlert } from '../ledger/alerts/open-alerts.ts';
import type { AlertScope } from '../ledger/keys.ts';
import type { Table } from '../ledger/table.ts';

/** An event without its stage. */
export type AlertEvent = {
  readonly [T in EventType]: { readonly type: T; readonly detail: Omit<Events[T], 'stage'> };
}[EventType];

export type PublishAlertEvent = (event: AlertEvent) => Promise<void>;

/** Something that the monitor found to be wrong. */
export interface Alert extends AlertDetails {
  /** Published when the alert is opened; undefined: another function has published its own. */
  readonly event: AlertEvent | undefined;
}

/** Marks the monitor's own alerts: a scope also has alerts that others open and close. */
const ownPrefix = 'monitor-';

interface KnownAlerts {
  readonly scope: AlertScope;
  readonly before: OpenAlerts;
}

interface RaiseDependencies {
  readonly table: Table;
  readonly publishEvent: PublishAlertEvent;
  readonly now: () => Date;
}

/**
 * Opens the alerts that are new and closes the monitor's own ones that are no longer there. It publishes the
 * event of an alert before it opens it: a monitor that is killed between the two publishes it again.
 * @returns the new alerts.
 */
export async function raiseAlerts(
  alerts: readonly Alert[],
  { scope, before }: KnownAlerts,
  dependencies: RaiseDependencies,
): Promise<readonly Alert[]> {
  const added = await addAlerts(alerts, { scope, before }, dependencies);
  const found = new Set(alerts.map(ownId));
  for (const id of before.open.keys()) {
    if (id.startsWith(ownPrefix) && !found.has(id)) await closeAlert(dependencies.table, scope, id);
  }
  return added;
}

/**
 * The same without closing any: for a check that has not looked at everything in its scope.
 * @returns the new alerts.
 */
export async function addAlerts(
  alerts: readonly Alert[],
  { scope, before }: KnownAlerts,
  { table, publishEvent, now }: RaiseDependencies,
): Promise<readonly Alert[]> {
  const added = [...new Map(alerts.map((alert) => [ownId(alert), alert]))].filter(
    ([id]) => !before.open.has(id),
  );
  for (const [id, { subject, error, message, need, event }] of added) {
    if (event !== undefined) await publishEvent(event);
    await openAlert(table, scope, { id, subject, error, message, need, at: now() });
  }
  return added.map(([, alert]) => alert);
}

function ownId({ id }: Alert): string {
  return `${ownPrefix}${id}`;
}
