import { expect, it } from 'vitest';
import { toCorrelation } from '../../../lambdas/runtime/correlation.ts';

const run = { partner: 'acme', flow: 'invoices', runId: '20261120T021500Z-1f3a9c04', owner: 'arn', fence: 1 };
const flow = { partner: 'acme', flow: 'invoices' };

it.each([
  ['a step of a run', { run, cursor: {} }, { ...flow, run: run.runId }],
  ['the start of a run', { input: { ...flow, mode: 'run' }, execution: {} }, flow],
  ['a delivery', { ...flow, key: 'acme/invoices/a.csv' }, flow],
  ['a request about a partner', { partner: 'acme' }, { partner: 'acme' }],
  ['an event of S3', { source: 'aws.s3', detail: {} }, {}],
  ['a string', 'acme', {}],
  ['nothing', undefined, {}],
  ['a name that is too long for one', { partner: 'x'.repeat(1000) }, {}],
])('correlates %s', (_, value, keys) => {
  expect(toCorrelation(value)).toEqual(keys);
});
