import { listRemoteInputSchema } from '../contract/workflow.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { listRemote } from './list-remote.ts';
import { openPullSystems } from './pull-systems.ts';
import { stepFaultOf } from './step-fault.ts';

const systems = openPullSystems();

export const handler = stepHandler({
  name: 'list-remote',
  input: listRemoteInputSchema,
  work: (input, { deadline }) => listRemote(input, { ...systems, deadline }),
  faultOf: stepFaultOf,
});
