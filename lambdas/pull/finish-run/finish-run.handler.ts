import { finishRunInputSchema } from '../../contract/workflow.ts';
import { openBus } from '../../events/bus.ts';
import { openTable } from '../../ledger/table.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { openMeter } from '../../runtime/metrics.ts';
import { stepHandler } from '../../runtime/step-handler.ts';
import { openBucket } from '../../s3/bucket.ts';
import { type EndedRun, RunEvents } from '../run-events.ts';
import { toStepError } from '../to-step-error.ts';
import { finishRun } from './finish-run.ts';

const environment = readEnvironment();
const { FTPS_SYNC_STAGE: stage } = environment;
const events = new RunEvents({ bus: openBus(), meter: openMeter(stage), stage });
const dependencies = {
  table: openTable(environment.FTPS_SYNC_TABLE),
  runs: openBucket(environment.FTPS_SYNC_RUNS_BUCKET),
  now: () => new Date(),
};

export const handler = stepHandler({
  name: 'finish-run',
  input: finishRunInputSchema,
  work: (input, { logger, log }) => {
    const publishEnded = (ended: EndedRun) => events.publishEnded(ended, logger);
    return finishRun(input, { ...dependencies, log, publishEnded });
  },
  toStepError,
});
