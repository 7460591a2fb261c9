import { concludeRunInputSchema } from '../contract/workflow.ts';
import { stepHandler } from '../runtime/step-handler.ts';
import { concludeRun, RunEndedBadlyError } from './conclude-run.ts';
import { stepFaultOf } from './step-fault.ts';

export const handler = stepHandler({
  name: 'conclude-run',
  input: concludeRunInputSchema,
  work: concludeRun,
  faultOf: (error) => {
    if (!(error instanceof RunEndedBadlyError)) return stepFaultOf(error);
    return { again: false, fault: error.status, message: error.message, name: error.name };
  },
});
