import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  alarms,
  dashboards,
  documentDays,
  functions,
  invocationSeconds,
  logDays,
  monitorRunsPerHour,
  sessions,
  transitions,
} from '../../cli/cost/product-facts.ts';
import { readDefinition } from './machine-definition.ts';
import { partner, stageTemplate } from './stage.ts';
import { findResources } from './template-reading.ts';

/** The cost model must use the numbers that are deployed, which are in the template. */
const template = stageTemplate();
const chartSchema = z.object({
  StartAt: z.string(),
  States: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Next: z.string().optional(),
      Choices: z.array(z.object({ Next: z.string() })).optional(),
    }),
  ),
});
type Chart = Pick<z.infer<typeof chartSchema>, 'StartAt' | 'States'>;

const pull = readDefinition(template, 'CorePull');

test('counts every function with its memory in the template', () => {
  const given = [...findResources(template, 'AWS::Lambda::Function').values()].map(({ Properties }) => [
    String(Properties.FunctionName).replace('ftps-sync-test-', ''),
    Properties.MemorySize,
  ]);

  const counted = Object.entries(functions).map(([name, { megabytes }]) => [name, megabytes]);
  expect(Object.fromEntries(counted)).toEqual(Object.fromEntries(given));
});

test('bills functions as arm64', () => {
  const architectures = [...findResources(template, 'AWS::Lambda::Function').values()].map(
    ({ Properties }) => Properties.Architectures,
  );

  expect(new Set(architectures.flat())).toEqual(new Set(['arm64']));
});

test.each(['list-remote', 'plan-run', 'transfer-batch', 'transfer-slice', 'push-file', 'reconcile'])(
  'divides the work of %s by its timeout',
  (name) => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: `ftps-sync-test-${name}`,
      Timeout: invocationSeconds,
    });
  },
);

test('assumes the default number of connections of a partner file', () => {
  expect(partner('acme').connection.maxConnections).toBe(sessions);
});

test('bills every metric behind the alarms', () => {
  const metrics = [...findResources(template, 'AWS::CloudWatch::Alarm').values()].map(({ Properties }) =>
    Math.max(1, JSON.stringify(Properties).split('"MetricStat"').length - 1),
  );

  expect(metrics.reduce((sum, count) => sum + count, 0)).toBe(alarms);
});

test('bills run documents and logs for as long as they are kept', () => {
  template.hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: Match.arrayWith([Match.objectLike({ Id: 'expire-documents', ExpirationInDays: documentDays })]),
    },
  });
  const logGroups = [...findResources(template, 'AWS::Logs::LogGroup').values()];
  const retentions = logGroups.map(({ Properties }) => Properties.RetentionInDays);
  expect(new Set(retentions)).toEqual(new Set([logDays]));
});

test('bills every dashboard', () => {
  expect(findResources(template, 'AWS::CloudWatch::Dashboard').size).toBe(dashboards);
});

test('bills every round of the monitor', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: `cron(0/${60 / monitorRunsPerHour} * * * ? *)`,
  });
});

test.each([
  ['with nothing to move', 'nothingToMove', { ChooseRoute: 'FinishRun' }],
  ['on the small route', 'small', { ChooseRoute: 'BeginTransfer' }],
  ['on the bulk route', 'bulk', { ChooseRoute: 'TransferBatches' }],
] as const)('bills a run %s for every state it enters, and for its start', (_, name, choices) => {
  expect(statesEntered(pull, choices)).toBe(transitions[name] - 1);
});

test('bills a reconcile for every state it enters', () => {
  expect(statesEntered(readDefinition(template, 'CorePushReconcile'), {})).toBe(transitions.reconcile - 1);
});

test.each(['TransferBatches', 'TransferSlices'])('bills a child of %s for every state it enters', (map) => {
  const child = chartSchema.parse(pull.States[map]?.ItemProcessor);

  expect(statesEntered(child, {})).toBe(transitions.child - 1);
});

/** Counts the states to the end: each loop once, and at any other choice the branch given in `choices`. */
function statesEntered({ StartAt, States }: Chart, choices: Readonly<Record<string, string>>): number {
  const after = (name: string): string | undefined => {
    const { Type, Next, Choices = [] } = States[name] ?? {};
    return Type === 'Choice' ? (choices[name] ?? Choices[0]?.Next) : Next;
  };
  let count = 0;
  for (let name: string | undefined = StartAt; name !== undefined; name = after(name)) count += 1;
  return count;
}
