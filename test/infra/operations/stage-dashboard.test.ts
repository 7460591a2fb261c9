import { expect, it } from 'vitest';
import { z } from 'zod';
import { partnerMetrics, stageMetrics } from '../../../lambdas/contract/events/metrics.ts';
import { stageTemplate } from '../stage.ts';
import { findResources, text } from '../template-reading.ts';

const template = stageTemplate();

/** The body is text with tokens in it; the tests search the text between them. */
const bodySchema = z.object({ DashboardName: z.string(), DashboardBody: z.unknown() });
const dashboards = [...findResources(template, 'AWS::CloudWatch::Dashboard').values()].map(({ Properties }) =>
  bodySchema.parse(Properties),
);
const body = text(dashboards[0]?.DashboardBody);

it('is the only dashboard of the stage', () => {
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

it('finds the partners by search', () => {
  expect(body).toContain('SEARCH(');
  expect(body).toContain('{FtpsSync,stage,partner}');
  expect(body).not.toContain('acme');
});
