import { openPartnerEvents } from '../connections/partner-events.ts';
import type { FunctionName } from '../contract/names.ts';
import { openBus } from '../events/bus.ts';
import { openTable } from '../ledger/table.ts';
import { openPartners } from '../partners/partners.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { openLog } from '../runtime/log.ts';
import { openMeter } from '../runtime/metrics.ts';
import { openBucket } from '../s3/bucket.ts';

/**
 * The clients that the steps of a pull work with, opened once per cold start. The role of each function
 * limits which of them it may use.
 */
export function openPullDependencies(name: FunctionName) {
  const environment = readEnvironment();
  const bus = openBus();
  const { FTPS_SYNC_STAGE: stage } = environment;
  return {
    ...openPartners(environment.FTPS_SYNC_PARTNERS_PATH),
    table: openTable(environment.FTPS_SYNC_TABLE),
    inbox: openBucket(environment.FTPS_SYNC_INBOX_BUCKET),
    runs: openBucket(environment.FTPS_SYNC_RUNS_BUCKET),
    now: () => new Date(),
    partnerEvents: openPartnerEvents({ bus, stage, meter: openMeter(stage), log: openLog(name) }),
  };
}
