import { SFNClient } from '@aws-sdk/client-sfn';
import { type Run, startRunInputSchema } from '../../contract/workflow.ts';
import { openBus } from '../../events/bus.ts';
import { openTable } from '../../ledger/table.ts';
import { openPartners } from '../../partners/partners.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { isExecutionRunning } from '../../runtime/executions.ts';
import { openMeter } from '../../runtime/metrics.ts';
import { stepHandler } from '../../runtime/step-handler.ts';
import { RunEvents } from '../run-events.ts';
import { toStepError } from '../to-step-error.ts';
import { startRun } from './start-run.ts';

const environment = readEnvironment();
const { FTPS_SYNC_STAGE: stage } = environment;
const events = new RunEvents({ bus: openBus(), meter: openMeter(stage), stage });
const partners = openPartners(environment.FTPS_SYNC_PARTNERS_PATH);
const executions = new SFNClient({});
const dependencies = {
  table: openTable(environment.FTPS_SYNC_TABLE),
  readPartner: partners.readPartner,
  isRunning: (executionArn: string) => isExecutionRunning(executions, executionArn),
  now: () => new Date(),
};

export const handler = stepHandler({
  name: 'start-run',
  input: startRunInputSchema,
  work: (input, { logger }) => {
    const publishStarted = (run: Run) => events.publishStarted(run, logger);
    return startRun(input, { ...dependencies, publishStarted });
  },
  toStepError,
});
