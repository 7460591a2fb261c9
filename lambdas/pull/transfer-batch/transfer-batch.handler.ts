import { transferBatchInputSchema } from '../../contract/workflow.ts';
import { forceFullGc } from '../../runtime/full-gc.ts';
import { stepHandler } from '../../runtime/step-handler.ts';
import { openPullDependencies } from '../pull-dependencies.ts';
import { toStepError } from '../to-step-error.ts';
import { transferBatch } from './transfer-batch.ts';

forceFullGc();
const dependencies = openPullDependencies('transfer-batch');

export const handler = stepHandler({
  name: 'transfer-batch',
  input: transferBatchInputSchema,
  work: (input, { deadline, log }) => transferBatch(input, { ...dependencies, deadline, log }),
  toStepError,
});
