import { expect, it, vi } from 'vitest';
import { openPartnerEvents } from '../../../lambdas/connections/partner-events.ts';
import { flowIdSchema, partnerIdSchema } from '../../../lambdas/contract/ids.ts';
import { RunEvents } from '../../../lambdas/pull/run-events.ts';
import { PushEvents } from '../../../lambdas/push/push-events.ts';
import { rejectingBus } from '../../support/refusals.ts';
import { runOf } from '../ledger/test-table.ts';

vi.stubEnv('AWS_REGION', 'eu-south-1');

const name = { partner: partnerIdSchema.parse('acme'), flow: flowIdSchema.parse('files') };

/** A bus that rejects every event, and what is logged and counted of it. */
function rejecting() {
  const logged: string[] = [];
  const counted: unknown[] = [];
  const log = { error: (message: string) => void logged.push(message) };
  const meter = {
    recordForStage: (values: object, context?: object) => void counted.push({ ...values, ...context }),
    recordForPartner: () => undefined,
  };
  return { logged, counted, target: { bus: rejectingBus(), stage: 'prod', log, meter } };
}

it('An event of a partner that the bus rejects is logged, counted once, and thrown for a later session', async () => {
  const { logged, counted, target } = rejecting();
  const changed = { partner: name.partner, host: 'host', since: '2026-11-13T02:15:00Z', changes: [] };

  const publishing = openPartnerEvents(target).changed(changed);

  await expect(publishing).rejects.toThrow('EventBridge rejected the event partner.changed');
  expect(logged).toEqual([expect.stringContaining('The bus does not take it.')]);
  expect(counted).toEqual([{ EventsRejected: 1, type: 'partner.changed' }]);
});

it('An event of a run that the bus rejects is logged and counted once, and the run goes on', async () => {
  const { logged, counted, target } = rejecting();

  await new RunEvents(target).publishStarted(runOf(name, 1), target.log);

  expect(logged).toEqual([expect.stringContaining('run.started')]);
  expect(counted).toEqual([{ EventsRejected: 1, type: 'run.started' }]);
});

it('An event of a delivery that the bus rejects is logged and counted once, and the delivery goes on', async () => {
  const { logged, counted, target } = rejecting();
  const delivery = { ...name, key: 'acme/a.csv', versionId: 'v1', sizeBytes: 1 };

  await new PushEvents(target).publishEnd({ end: 'delivered', body: delivery });

  expect(logged).toEqual([expect.stringContaining('push.delivered')]);
  expect(counted).toContainEqual({ EventsRejected: 1, type: 'push.delivered' });
});
