import { finishRunInputSchema } from '../contract/workflow.ts';
import { openTable } from '../ledger/table.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { openBucket } from '../s3/bucket.ts';
import { finishRun } from './finish-run.ts';
import { stepFaultOf } from './step-fault.ts';

const environment = readEnvironment();
const systems = {
  table: openTable(environment.FTPS_SYNC_TABLE),
  runs: openBucket(environment.FTPS_SYNC_RUNS_BUCKET),
  now: () => new Date(),
};

export const handler = stepHandler({
  name: 'finish-run',
  input: finishRunInputSchema,
  work: (input, { logger }) => finishRun(input, { ...systems, logger }),
  faultOf: stepFaultOf,
});
