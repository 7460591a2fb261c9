import { bigFilesInputSchema } from '../../contract/workflow.ts';
import { stepHandler } from '../../runtime/step-handler.ts';
import { openPullDependencies } from '../pull-dependencies.ts';
import { toStepError } from '../to-step-error.ts';
import { bigFiles } from './big-files.ts';

const dependencies = openPullDependencies('big-files');

export const handler = stepHandler({
  name: 'big-files',
  input: bigFilesInputSchema,
  work: (input, { deadline, log }) => bigFiles(input, { ...dependencies, deadline, log }),
  toStepError,
});
