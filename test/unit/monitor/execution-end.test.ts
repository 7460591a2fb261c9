import { expect, it } from 'vitest';
import { endText } from '../../../lambdas/monitor/execution-end.ts';
import type { ExecutionEnd } from '../../../lambdas/runtime/executions.ts';

const endedAt = new Date('2026-11-20T02:15:00Z');
const thrown = { errorType: 'PermanentError', errorMessage: '{"error":"storage","message":"No bucket."}' };

it.each<[ExecutionEnd['status'], string, string, string]>([
  ['TIMED_OUT', 'States.Timeout', '', 'after the limit of 24 hours (TIMED_OUT, States.Timeout)'],
  ['ABORTED', '', '', 'It was aborted at 2026-11-20T02:15:00.000Z (ABORTED).'],
  ['ABORTED', '', 'Too slow.', '(ABORTED, Too slow.)'],
  ['ABORTED', 'Ann', 'Too slow.', '(ABORTED, Ann: Too slow.)'],
  ['FAILED', 'PermanentError', JSON.stringify(thrown), '(FAILED, No bucket.)'],
  ['SUCCEEDED', '', '', 'without recording a result'],
  ['UNKNOWN', '', '', 'no longer knows it'],
])('describes an execution that is %s (%s)', (status, error, cause, expected) => {
  const text = endText({ status, error, cause, endedAt, input: '' });

  expect(text).toContain(expected);
});

it('shortens a long cause', () => {
  const text = endText({ status: 'FAILED', error: 'E', cause: 'x'.repeat(30_000), endedAt, input: '' });

  expect(text.length).toBeLessThan(1_000);
});
