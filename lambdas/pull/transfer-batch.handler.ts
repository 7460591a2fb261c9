import { transferInputSchema } from '../contract/workflow.ts';
import { openTable } from '../ledger/table.ts';
import { openPartners } from '../partners/partners.ts';
import { collectInOneGo } from '../runtime/collect-in-one-go.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { openBucket } from '../s3/bucket.ts';
import { stepFaultOf } from './step-fault.ts';
import { transferBatch } from './transfer-batch.ts';

collectInOneGo();
const environment = readEnvironment();
const systems = {
  ...openPartners(environment.FTPS_SYNC_PARTNERS_PATH),
  table: openTable(environment.FTPS_SYNC_TABLE),
  runs: openBucket(environment.FTPS_SYNC_RUNS_BUCKET),
  inbox: openBucket(environment.FTPS_SYNC_INBOX_BUCKET),
  now: () => new Date(),
};

export const handler = stepHandler({
  name: 'transfer-batch',
  input: transferInputSchema,
  work: (input, { deadline }) => transferBatch(input, { ...systems, deadline }),
  faultOf: stepFaultOf,
});
