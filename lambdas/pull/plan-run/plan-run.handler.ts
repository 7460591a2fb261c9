import { planRunInputSchema } from '../../contract/workflow.ts';
import { stepHandler } from '../../runtime/step-handler.ts';
import { openPullDependencies } from '../pull-dependencies.ts';
import { toStepError } from '../to-step-error.ts';
import { planRun } from './plan-run.ts';

const dependencies = openPullDependencies('plan-run');

export const handler = stepHandler({
  name: 'plan-run',
  input: planRunInputSchema,
  work: (input, { deadline, log }) => planRun(input, { ...dependencies, deadline, log }),
  toStepError,
});
