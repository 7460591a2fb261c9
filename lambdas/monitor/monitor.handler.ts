import { SFNClient } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { openBus, publishCounted } from '../events/bus.ts';
import { openTable } from '../ledger/table.ts';
import { openPartners } from '../partners/partners.ts';
import { openQueue } from '../queues/queue.ts';
import { readMonitorEnvironment } from '../runtime/environment.ts';
import { executionEnd, type FailedSince, failedExecutions } from '../runtime/executions.ts';
import { openMeter } from '../runtime/metrics.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import type { AlertEvent } from './alert.ts';
import { monitor } from './monitor.ts';

const environment = readMonitorEnvironment();
const { FTPS_SYNC_STAGE: stage } = environment;
const bus = openBus();
const executions = new SFNClient({});
const dependencies = {
  table: openTable(environment.FTPS_SYNC_TABLE),
  readAllPartners: openPartners(environment.FTPS_SYNC_PARTNERS_PATH).readAllPartners,
  deadLetters: {
    schedule: openQueue(environment.FTPS_SYNC_SCHEDULE_DLQ_URL),
    ingest: openQueue(environment.FTPS_SYNC_INGEST_DLQ_URL),
    push: openQueue(environment.FTPS_SYNC_PUSH_DLQ_URL),
  },
  executionEnd: (executionArn: string) => executionEnd(executions, executionArn),
  failedReconciles: (since: FailedSince) =>
    failedExecutions(executions, environment.FTPS_SYNC_RECONCILE_MACHINE, since),
  meter: openMeter(stage),
  now: () => new Date(),
};

export const handler = stepHandler({
  name: 'monitor',
  input: z.unknown(),
  work: (_, { log }) => {
    const publishEvent = async ({ type, detail }: AlertEvent) => {
      // Its alert is opened all the same, and no alarm depends on an event.
      const full = { type, detail: { ...detail, stage } };
      await publishCounted(bus, full, { log, meter: dependencies.meter }).catch(() => undefined);
    };
    return monitor({ ...dependencies, publishEvent, log });
  },
  toStepError: (error) => ({
    retryable: true,
    error: 'internal',
    message: error instanceof Error ? error.message : String(error),
  }),
});
