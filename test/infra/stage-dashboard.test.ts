import { expect, it } from 'vitest';
import { z } from 'zod';
import { partnerMetrics, stageMetrics } from '../../lambdas/contract/metrics.ts';
import { stageTemplate } from './stage.ts';
import { resourcesOf, text } from './template-reading.ts';

const template = stageTemplate();

/** The body is text with tokens in it: what stands between them is what is looked for. */
const bodySchema = z.object({ DashboardName: z.string(), DashboardBody: z.unknown() });
const dashboards = [...resourcesOf(template, 'AWS::CloudWatch::Dashboard').values()].map(({ Properties }) =>
  bodySchema.parse(Properties),
);
const body = text(dashboards[0]?.DashboardBody);

it('is one for the stage', () => {
  expect(dashboards.map(({ DashboardName }) => DashboardName)).toEqual(['ftps-sync-test']);
});

it.each([...Object.keys(stageMetrics), ...Object.keys(partnerMetrics)])('shows %s', (name) => {
  expect(body).toContain(name);
});

it.each([
  'ExecutionsFailed',
  'ApproximateNumberOfMessagesVisible',
  'ApproximateAgeOfOldestMessage',
  'Errors',
])("shows AWS's own %s", (name) => {
  expect(body).toContain(name);
});

it('finds the partners by itself', () => {
  expect(body).toContain('SEARCH(');
  expect(body).toContain('{FtpsSync,stage,partner}');
  expect(body).not.toContain('acme');
});
