import { listRemoteInputSchema } from '../../contract/workflow.ts';
import { stepHandler } from '../../runtime/step-handler.ts';
import { openPullDependencies } from '../pull-dependencies.ts';
import { toStepError } from '../to-step-error.ts';
import { listRemote } from './list-remote.ts';

const dependencies = openPullDependencies('list-remote');

export const handler = stepHandler({
  name: 'list-remote',
  input: listRemoteInputSchema,
  work: (input, { deadline }) => listRemote(input, { ...dependencies, deadline }),
  toStepError,
});
