import { SFNClient } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { openBus, publish } from '../events/bus.ts';
import { openTable } from '../ledger/table.ts';
import { openPartners } from '../partners/partners.ts';
import { openQueue } from '../queues/queue.ts';
import { readWatchEnvironment } from '../runtime/environment.ts';
import { badExecutions, type EndedSince, endOfExecution } from '../runtime/executions.ts';
import { openMeter } from '../runtime/metrics.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import type { Told } from './signal.ts';
import { watch } from './watch.ts';

const environment = readWatchEnvironment();
const { FTPS_SYNC_STAGE: stage } = environment;
const bus = openBus();
const executions = new SFNClient({});
const systems = {
  table: openTable(environment.FTPS_SYNC_TABLE),
  readAllPartners: openPartners(environment.FTPS_SYNC_PARTNERS_PATH).readAllPartners,
  deadLetters: {
    'missed-runs': openQueue(environment.FTPS_SYNC_MISSED_RUNS_URL),
    ingest: openQueue(environment.FTPS_SYNC_INGEST_DEAD_LETTERS_URL),
    push: openQueue(environment.FTPS_SYNC_PUSH_DEAD_LETTERS_URL),
  },
  endOfExecution: (executionArn: string) => endOfExecution(executions, executionArn),
  badReconciles: (since: EndedSince) =>
    badExecutions(executions, environment.FTPS_SYNC_RECONCILE_MACHINE, since),
  meter: openMeter(stage),
  tell: ({ type, detail }: Told) => publish(bus, type, { ...detail, stage }),
  now: () => new Date(),
};

export const handler = stepHandler({
  name: 'watch',
  input: z.unknown(),
  work: () => watch(systems),
  faultOf: (error) => ({
    again: true,
    fault: 'internal',
    message: error instanceof Error ? error.message : String(error),
  }),
});
