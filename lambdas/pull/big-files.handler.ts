import { bigFilesInputSchema } from '../contract/workflow.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { bigFiles } from './big-files.ts';
import { openPullSystems } from './pull-systems.ts';
import { stepFaultOf } from './step-fault.ts';

const systems = openPullSystems();

export const handler = stepHandler({
  name: 'big-files',
  input: bigFilesInputSchema,
  work: (input, { deadline, log }) => bigFiles(input, { ...systems, deadline, log }),
  faultOf: stepFaultOf,
});
