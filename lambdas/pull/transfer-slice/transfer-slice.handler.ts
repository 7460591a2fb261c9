import { transferSliceInputSchema } from '../../contract/workflow.ts';
import { forceFullGc } from '../../runtime/full-gc.ts';
import { stepHandler } from '../../runtime/step-handler.ts';
import { openPullDependencies } from '../pull-dependencies.ts';
import { toStepError } from '../to-step-error.ts';
import { transferSlice } from './transfer-slice.ts';

forceFullGc();
const dependencies = openPullDependencies('transfer-slice');

export const handler = stepHandler({
  name: 'transfer-slice',
  input: transferSliceInputSchema,
  work: (input, { deadline, log }) => transferSlice(input, { ...dependencies, deadline, log }),
  toStepError,
});
