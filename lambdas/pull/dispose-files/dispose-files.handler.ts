import { disposeFilesInputSchema } from '../../contract/workflow.ts';
import { stepHandler } from '../../runtime/step-handler.ts';
import { openPullDependencies } from '../pull-dependencies.ts';
import { toStepError } from '../to-step-error.ts';
import { disposeFiles } from './dispose-files.ts';

const dependencies = openPullDependencies('dispose-files');

export const handler = stepHandler({
  name: 'dispose-files',
  input: disposeFilesInputSchema,
  work: (input, { deadline, log }) => disposeFiles(input, { ...dependencies, deadline, log }),
  toStepError,
});
