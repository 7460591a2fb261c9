import { openTable } from '../../ledger/table.ts';
import { openPartners } from '../../partners/partners.ts';
import { openQueue } from '../../queues/queue.ts';
import { readPushEnvironment } from '../../runtime/environment.ts';
import { queueHandler } from '../../runtime/queue-handler.ts';
import { FlowRoutes } from './flow-routes.ts';
import { routeObject } from './route-object.ts';

const environment = readPushEnvironment();
const partners = openPartners(environment.FTPS_SYNC_PARTNERS_PATH);
const dependencies = {
  table: openTable(environment.FTPS_SYNC_TABLE),
  pushQueue: openQueue(environment.FTPS_SYNC_PUSH_QUEUE_URL),
  routes: new FlowRoutes(partners.readAllPartners, () => Date.now()),
  now: () => new Date(),
};

export const handler = queueHandler({
  name: 'route-object',
  open: ({ logger }) => ({ logger, [Symbol.asyncDispose]: async () => undefined }),
  process: async ({ body }, { logger }) => {
    const routed = await routeObject(body, dependencies);
    logger.info(routed, { event: body });
    return 'done';
  },
});
