import { circuitEvents } from '../connections/tell-circuit-opened.ts';
import { openBus } from '../events/bus.ts';
import { openTable } from '../ledger/table.ts';
import { openPartners } from '../partners/partners.ts';
import { handOutAgainIn, openQueue } from '../queues/queue.ts';
import { readPushEnvironment } from '../runtime/environment.ts';
import { openMeter } from '../runtime/metrics.ts';
import { queueHandler } from '../runtime/queue-handler.ts';
import { openBucket } from '../s3/bucket.ts';
import { deliveredObject } from './delivery-message.ts';
import { giveUpTo } from './give-up.ts';
import { PartnerSessions } from './partner-sessions.ts';
import { afterFailure } from './push-fault.ts';
import { pushFile } from './push-file.ts';
import { countFailures, deliveredEvents } from './tell-delivered.ts';
import { failedEvents } from './tell-failed.ts';

const environment = readPushEnvironment();
const partners = openPartners(environment.FTPS_SYNC_PARTNERS_PATH);
const queue = openQueue(environment.FTPS_SYNC_PUSH_QUEUE_URL);
const deadLetters = openQueue(environment.FTPS_SYNC_PUSH_DEAD_LETTERS_URL);
const { FTPS_SYNC_STAGE: stage } = environment;
const bus = openBus();
const meter = openMeter(stage);
const tellDelivered = deliveredEvents({ bus, meter, stage });
const systems = {
  table: openTable(environment.FTPS_SYNC_TABLE),
  outbox: openBucket(environment.FTPS_SYNC_OUTBOX_BUCKET),
  ...partners,
  now: () => new Date(),
  tellFailed: countFailures(failedEvents(bus, stage), meter),
  tellCircuitOpened: circuitEvents(bus, stage),
};

export const handler = queueHandler({
  name: 'push-file',
  open: ({ logger, deadline }) => {
    const sessions = new PartnerSessions({ ...systems, deadline });
    return {
      logger,
      sessions,
      deadline,
      [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose](),
    };
  },
  work: async (message, { logger, sessions, deadline }) => {
    const end = await pushFile(message, { ...systems, sessions, deadline });
    logger.info(end, { delivery: message.body });
    await tellDelivered(end, message.body, logger);
    return end === 'more' ? 'more' : 'done';
  },
  orderOf: deliveredObject,
  handOutAgain: (receiptHandle, seconds) => handOutAgainIn(queue, receiptHandle, seconds),
  afterFailure: ({ received }, error) => afterFailure(received, error),
  giveUp: giveUpTo(deadLetters, systems.tellFailed),
});
