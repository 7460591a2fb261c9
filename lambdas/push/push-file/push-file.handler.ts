import { openPartnerEvents } from '../../connections/partner-events.ts';
import { openBus } from '../../events/bus.ts';
import { openTable } from '../../ledger/table.ts';
import { openPartners } from '../../partners/partners.ts';
import { changeVisibility, openQueue } from '../../queues/queue.ts';
import { readPushEnvironment } from '../../runtime/environment.ts';
import { openLog } from '../../runtime/log.ts';
import { openMeter } from '../../runtime/metrics.ts';
import { queueHandler } from '../../runtime/queue-handler.ts';
import { openBucket } from '../../s3/bucket.ts';
import { deliveredObject } from '../delivery-message.ts';
import { PushEvents } from '../push-events.ts';
import { makeDeadLetter } from './dead-letter.ts';
import { afterFailure } from './delivery-error.ts';
import { PartnerSessions } from './partner-sessions.ts';
import { pushFile } from './push-file.ts';

const environment = readPushEnvironment();
const partners = openPartners(environment.FTPS_SYNC_PARTNERS_PATH);
const queue = openQueue(environment.FTPS_SYNC_PUSH_QUEUE_URL);
const deadLetters = openQueue(environment.FTPS_SYNC_PUSH_DLQ_URL);
const { FTPS_SYNC_STAGE: stage } = environment;
const bus = openBus();
const meter = openMeter(stage);
const log = openLog('push-file');
const events = new PushEvents({ bus, meter, stage, log });
const dependencies = {
  table: openTable(environment.FTPS_SYNC_TABLE),
  outbox: openBucket(environment.FTPS_SYNC_OUTBOX_BUCKET),
  ...partners,
  now: () => new Date(),
  pushQueue: queue,
  events,
  partnerEvents: openPartnerEvents({ bus, stage, meter, log }),
};

export const handler = queueHandler({
  name: 'push-file',
  open: ({ logger, deadline }) => {
    const sessions = new PartnerSessions({ ...dependencies, deadline });
    return {
      logger,
      sessions,
      deadline,
      [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose](),
    };
  },
  process: async ({ id, body, receiveCount: received }, { logger, sessions, deadline }) => {
    const end = await pushFile({ id, body, received }, { ...dependencies, sessions, deadline });
    logger.info(end, { delivery: body });
    await events.publishEnd({ end, body });
    return end === 'unfinished' || end === 'not-disposed' ? 'continue' : 'done';
  },
  orderKey: deliveredObject,
  changeVisibility: (receiptHandle, seconds) => changeVisibility(queue, receiptHandle, seconds),
  onError: ({ receiveCount }, error) => afterFailure(receiveCount, error),
  deadLetter: makeDeadLetter(deadLetters, events),
});
