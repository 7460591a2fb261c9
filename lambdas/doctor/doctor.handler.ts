import { openPartnerEvents } from '../connections/partner-events.ts';
import { type Diagnosis, doctorInputSchema } from '../contract/documents/diagnosis.ts';
import type { PartnerFiles } from '../contract/documents/partner-files.ts';
import { openBus } from '../events/bus.ts';
import { openTable } from '../ledger/table.ts';
import { openPartners } from '../partners/partners.ts';
import { readOperationsEnvironment } from '../runtime/environment.ts';
import { openLog } from '../runtime/log.ts';
import { openMeter } from '../runtime/metrics.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { examine } from './examine.ts';
import { readPartnerFiles } from './read-partner-files.ts';
import { toStepError } from './to-step-error.ts';

const environment = readOperationsEnvironment();
const bus = openBus();
const { FTPS_SYNC_STAGE: stage } = environment;
const dependencies = {
  ...openPartners(environment.FTPS_SYNC_PARTNERS_PATH),
  table: openTable(environment.FTPS_SYNC_TABLE),
  now: () => new Date(),
  partnerEvents: openPartnerEvents({ bus, stage, meter: openMeter(stage), log: openLog('doctor') }),
};

export const handler = stepHandler({
  name: 'doctor',
  input: doctorInputSchema,
  work: ({ request, execution }, { deadline }): Promise<Diagnosis | PartnerFiles> =>
    'files' in request
      ? readPartnerFiles(request, { ...dependencies, deadline })
      : examine({ request, execution }, { ...dependencies, deadline }),
  toStepError,
});
