import { reconcileInputSchema } from '../../contract/events/delivery.ts';
import { openTable } from '../../ledger/table.ts';
import { openPartners } from '../../partners/partners.ts';
import { openQueue } from '../../queues/queue.ts';
import { readPushEnvironment } from '../../runtime/environment.ts';
import { stepHandler } from '../../runtime/step-handler.ts';
import { openBucket } from '../../s3/bucket.ts';
import { reconcile } from './reconcile.ts';
import { toStepError } from './to-step-error.ts';

const environment = readPushEnvironment();
const dependencies = {
  table: openTable(environment.FTPS_SYNC_TABLE),
  outbox: openBucket(environment.FTPS_SYNC_OUTBOX_BUCKET),
  pushQueue: openQueue(environment.FTPS_SYNC_PUSH_QUEUE_URL),
  readPartner: openPartners(environment.FTPS_SYNC_PARTNERS_PATH).readPartner,
  now: () => new Date(),
};

export const handler = stepHandler({
  name: 'reconcile',
  input: reconcileInputSchema,
  work: (input, { deadline, log }) => reconcile(input, { ...dependencies, deadline, log }),
  toStepError,
});
