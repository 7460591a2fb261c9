import { transferInputSchema } from '../contract/workflow.ts';
import { collectInOneGo } from '../runtime/collect-in-one-go.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { openPullSystems } from './pull-systems.ts';
import { stepFaultOf } from './step-fault.ts';
import { transferBatch } from './transfer-batch.ts';

collectInOneGo();
const systems = openPullSystems();

export const handler = stepHandler({
  name: 'transfer-batch',
  input: transferInputSchema,
  work: (input, { deadline, log }) => transferBatch(input, { ...systems, deadline, log }),
  faultOf: stepFaultOf,
});
