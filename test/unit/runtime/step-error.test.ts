import { expect, it } from 'vitest';
import { describeError, parseStepError, StepError } from '../../../lambdas/runtime/step-error.ts';

it.each([
  ['a busy partner is waited for', 'partner-busy', true, 'PartnerBusy'],
  ['an error that may pass is retried', 'timeout', true, 'TransientError'],
  ['an error that only a person can resolve is not', 'circuit-open', false, 'PermanentError'],
])('%s: the workflow sees that by its name', (_, code, retryable, name) => {
  const error = new StepError({ retryable, error: code, message: 'why' }, undefined);

  expect(error.name).toBe(name);
  expect(JSON.parse(error.message)).toEqual({ error: code, message: 'why' });
});

const thrownByStep = JSON.stringify({
  errorType: 'PermanentError',
  errorMessage: JSON.stringify({ error: 'login-refused', message: 'why' }),
});

it('reads code and message of a step error from the cause that Step Functions records', () => {
  expect(parseStepError(thrownByStep)).toEqual({ error: 'login-refused', message: 'why' });
  expect(describeError({ Error: 'PermanentError', Cause: thrownByStep })).toEqual({
    error: 'login-refused',
    message: 'why',
  });
});

it.each([
  ['a timeout', 'Task timed out after 54.00 seconds'],
  ['a lost function', JSON.stringify({ errorType: 'Runtime.ExitError', errorMessage: 'exited' })],
])('reports %s as internal, with its text', (_, cause) => {
  expect(parseStepError(cause)).toBeUndefined();
  const text = cause.startsWith('{') ? 'exited' : cause;
  expect(describeError({ Error: 'Lambda.Unknown', Cause: cause })).toEqual({
    error: 'internal',
    message: `Lambda.Unknown: ${text}`,
  });
});
