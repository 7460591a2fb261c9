import { postProcessInputSchema } from '../contract/workflow.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { postProcess } from './post-process.ts';
import { openPullSystems } from './pull-systems.ts';
import { stepFaultOf } from './step-fault.ts';

const systems = openPullSystems();

export const handler = stepHandler({
  name: 'post-process',
  input: postProcessInputSchema,
  work: (input, { deadline, log }) => postProcess(input, { ...systems, deadline, log }),
  faultOf: stepFaultOf,
});
