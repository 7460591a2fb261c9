import { expect, it } from 'vitest';
import { StepFaultError } from '../../../lambdas/runtime/step-fault.ts';

it.each([
  ['a partner whose connections others have is waited for', 'partner-busy', true, 'PartnerBusy'],
  ['what may pass is tried again a few times', 'timeout', true, 'TransientFault'],
  ['what only a person can mend is not', 'circuit-open', false, 'PermanentFault'],
])('%s: the workflow sees it by its name', (_, fault, again, name) => {
  const error = new StepFaultError({ again, fault, message: 'why' }, undefined);

  expect(error.name).toBe(name);
  expect(JSON.parse(error.message)).toEqual({ fault, message: 'why' });
});
