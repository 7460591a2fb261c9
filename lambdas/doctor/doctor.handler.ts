import { circuitEvents } from '../connections/tell-circuit-opened.ts';
import { serverEvents } from '../connections/tell-of-server.ts';
import { doctorInputSchema } from '../contract/diagnosis.ts';
import { openBus } from '../events/bus.ts';
import { openTable } from '../ledger/table.ts';
import { openPartners } from '../partners/partners.ts';
import { readOperationsEnvironment } from '../runtime/environment.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { doctorFaultOf } from './doctor-fault-of.ts';
import { examine } from './examine.ts';

const environment = readOperationsEnvironment();
const bus = openBus();
const systems = {
  ...openPartners(environment.FTPS_SYNC_PARTNERS_PATH),
  table: openTable(environment.FTPS_SYNC_TABLE),
  now: () => new Date(),
  tellCircuitOpened: circuitEvents(bus, environment.FTPS_SYNC_STAGE),
  tellOfServer: serverEvents(bus, environment.FTPS_SYNC_STAGE),
};

export const handler = stepHandler({
  name: 'doctor',
  input: doctorInputSchema,
  work: (input, { deadline }) => examine(input, { ...systems, deadline }),
  faultOf: doctorFaultOf,
});
