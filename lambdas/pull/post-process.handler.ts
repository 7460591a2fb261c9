import { postProcessInputSchema } from '../contract/workflow.ts';
import { openTable } from '../ledger/table.ts';
import { openPartners } from '../partners/partners.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { openBucket } from '../s3/bucket.ts';
import { postProcess } from './post-process.ts';
import { stepFaultOf } from './step-fault.ts';

const environment = readEnvironment();
const systems = {
  ...openPartners(environment.FTPS_SYNC_PARTNERS_PATH),
  table: openTable(environment.FTPS_SYNC_TABLE),
  runs: openBucket(environment.FTPS_SYNC_RUNS_BUCKET),
  now: () => new Date(),
};

export const handler = stepHandler({
  name: 'post-process',
  input: postProcessInputSchema,
  work: (input, { deadline }) => postProcess(input, { ...systems, deadline }),
  faultOf: stepFaultOf,
});
