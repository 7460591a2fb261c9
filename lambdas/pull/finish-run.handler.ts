import { finishRunInputSchema } from '../contract/workflow.ts';
import { openBus } from '../events/bus.ts';
import { openTable } from '../ledger/table.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { openMeter } from '../runtime/metrics.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { openBucket } from '../s3/bucket.ts';
import { finishRun } from './finish-run.ts';
import { stepFaultOf } from './step-fault.ts';
import { type ToldEnd, tellRunEnded } from './tell-run.ts';

const environment = readEnvironment();
const { FTPS_SYNC_STAGE: stage } = environment;
const systems = {
  table: openTable(environment.FTPS_SYNC_TABLE),
  runs: openBucket(environment.FTPS_SYNC_RUNS_BUCKET),
  now: () => new Date(),
};
const telling = { ...systems, bus: openBus(), meter: openMeter(stage), stage };

export const handler = stepHandler({
  name: 'finish-run',
  input: finishRunInputSchema,
  work: (input, { logger, log }) => {
    const tellEnded = (ended: ToldEnd) => tellRunEnded(ended, telling, logger);
    return finishRun(input, { ...systems, log, tellEnded });
  },
  faultOf: stepFaultOf,
});
