import { endExecutionInputSchema } from '../../contract/workflow.ts';
import { stepHandler } from '../../runtime/step-handler.ts';
import { toStepError } from '../to-step-error.ts';
import { endExecution, RunFailedError } from './end-execution.ts';

export const handler = stepHandler({
  name: 'end-execution',
  input: endExecutionInputSchema,
  work: endExecution,
  toStepError: (error) => {
    if (!(error instanceof RunFailedError)) return toStepError(error);
    return { retryable: false, error: error.status, message: error.message, name: error.name };
  },
});
