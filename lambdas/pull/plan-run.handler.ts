import { planRunInputSchema } from '../contract/workflow.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { planRun } from './plan-run.ts';
import { openPullSystems } from './pull-systems.ts';
import { stepFaultOf } from './step-fault.ts';

const systems = openPullSystems();

export const handler = stepHandler({
  name: 'plan-run',
  input: planRunInputSchema,
  work: (input, { deadline }) => planRun(input, { ...systems, deadline }),
  faultOf: stepFaultOf,
});
