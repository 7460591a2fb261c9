import { SFNClient } from '@aws-sdk/client-sfn';
import { type Run, startRunInputSchema } from '../contract/workflow.ts';
import { openBus } from '../events/bus.ts';
import { openTable } from '../ledger/table.ts';
import { openPartners } from '../partners/partners.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { isExecutionRunning } from '../runtime/executions.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { startRun } from './start-run.ts';
import { stepFaultOf } from './step-fault.ts';
import { tellRunStarted } from './tell-run.ts';

const environment = readEnvironment();
const telling = { bus: openBus(), stage: environment.FTPS_SYNC_STAGE };
const partners = openPartners(environment.FTPS_SYNC_PARTNERS_PATH);
const executions = new SFNClient({});
const systems = {
  table: openTable(environment.FTPS_SYNC_TABLE),
  readPartner: partners.readPartner,
  isRunning: (executionArn: string) => isExecutionRunning(executions, executionArn),
  now: () => new Date(),
};

export const handler = stepHandler({
  name: 'start-run',
  input: startRunInputSchema,
  work: (input, { logger }) => {
    const tellStarted = (run: Run) => tellRunStarted(run, telling, logger);
    return startRun(input, { ...systems, tellStarted });
  },
  faultOf: stepFaultOf,
});
