import { expect, it } from 'vitest';
import type { ExecutionEnd } from '../../../lambdas/runtime/executions.ts';
import { endText } from '../../../lambdas/watch/execution-end.ts';

const endedAt = new Date('2026-11-20T02:15:00Z');
const thrown = { errorType: 'PermanentFault', errorMessage: '{"fault":"storage","message":"No bucket."}' };

it.each<[ExecutionEnd['status'], string, string, string]>([
  ['TIMED_OUT', 'States.Timeout', '', 'because it had taken 24 hours (TIMED_OUT, States.Timeout)'],
  ['ABORTED', '', '', 'Somebody stopped it at 2026-11-20T02:15:00.000Z (ABORTED).'],
  ['ABORTED', '', 'Too slow.', '(ABORTED, Too slow.)'],
  ['ABORTED', 'Ann', 'Too slow.', '(ABORTED, Ann: Too slow.)'],
  ['FAILED', 'PermanentFault', JSON.stringify(thrown), '(FAILED, No bucket.)'],
  ['SUCCEEDED', '', '', 'without a word of what came of it'],
  ['UNKNOWN', '', '', 'does not know it any more'],
])('says of an execution that is %s (%s) what Step Functions says', (status, error, cause, expected) => {
  const text = endText({ status, error, cause, endedAt, input: '' });

  expect(text).toContain(expected);
});

it('does not repeat a cause of thousands of letters', () => {
  const text = endText({ status: 'FAILED', error: 'E', cause: 'x'.repeat(30_000), endedAt, input: '' });

  expect(text.length).toBeLessThan(1_000);
});
