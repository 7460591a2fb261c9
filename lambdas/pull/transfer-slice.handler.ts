import { transferSliceInputSchema } from '../contract/workflow.ts';
import { collectInOneGo } from '../runtime/collect-in-one-go.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { openPullSystems } from './pull-systems.ts';
import { stepFaultOf } from './step-fault.ts';
import { transferSlice } from './transfer-slice.ts';

collectInOneGo();
const systems = openPullSystems();

export const handler = stepHandler({
  name: 'transfer-slice',
  input: transferSliceInputSchema,
  work: (input, { deadline, log }) => transferSlice(input, { ...systems, deadline, log }),
  faultOf: stepFaultOf,
});
