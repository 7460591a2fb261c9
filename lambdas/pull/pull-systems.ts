import { circuitEvents } from '../connections/tell-circuit-opened.ts';
import { serverEvents } from '../connections/tell-of-server.ts';
import { openBus } from '../events/bus.ts';
import { openTable } from '../ledger/table.ts';
import { openPartners } from '../partners/partners.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { openBucket } from '../s3/bucket.ts';

/** What the steps of a pull work on, built once for a cold start. Which of it a function may touch, its role says. */
export function openPullSystems() {
  const environment = readEnvironment();
  const bus = openBus();
  return {
    ...openPartners(environment.FTPS_SYNC_PARTNERS_PATH),
    table: openTable(environment.FTPS_SYNC_TABLE),
    inbox: openBucket(environment.FTPS_SYNC_INBOX_BUCKET),
    runs: openBucket(environment.FTPS_SYNC_RUNS_BUCKET),
    now: () => new Date(),
    tellCircuitOpened: circuitEvents(bus, environment.FTPS_SYNC_STAGE),
    tellOfServer: serverEvents(bus, environment.FTPS_SYNC_STAGE),
  };
}
