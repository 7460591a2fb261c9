import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  alarms,
  dashboards,
  functions,
  invocationSeconds,
  sessions,
  transitions,
  watchesPerHour,
} from '../../cli/cost/product-facts.ts';
import { definitionOf } from './machine-definition.ts';
import { partner, stageTemplate } from './stage.ts';
import { resourcesOf } from './template-reading.ts';

/** What the model counts with must be what is deployed: the template says it. */
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

const pull = definitionOf(template, 'CorePull');

test('Every function has the memory that the template gives it', () => {
  const given = [...resourcesOf(template, 'AWS::Lambda::Function').values()].map(({ Properties }) => [
    String(Properties.FunctionName).replace('ftps-sync-test-', ''),
    Properties.MemorySize,
  ]);

  const counted = Object.entries(functions).map(([name, { megabytes }]) => [name, megabytes]);
  expect(Object.fromEntries(counted)).toEqual(Object.fromEntries(given));
});

test('Functions are billed as arm64', () => {
  const architectures = [...resourcesOf(template, 'AWS::Lambda::Function').values()].map(
    ({ Properties }) => Properties.Architectures,
  );

  expect(new Set(architectures.flat())).toEqual(new Set(['arm64']));
});

test.each(['list-remote', 'plan-run', 'transfer-batch', 'transfer-slice', 'push-file', 'reconcile'])(
  '%s has the time that work is cut by',
  (name) => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: `ftps-sync-test-${name}`,
      Timeout: invocationSeconds,
    });
  },
);

test('A partner file that does not say has as many connections as are counted with', () => {
  expect(partner('acme').connection.maxConnections).toBe(sessions);
});

test('There are as many metrics behind the alarms as are billed', () => {
  const metrics = [...resourcesOf(template, 'AWS::CloudWatch::Alarm').values()].map(({ Properties }) =>
    Math.max(1, JSON.stringify(Properties).split('"MetricStat"').length - 1),
  );

  expect(metrics.reduce((sum, count) => sum + count, 0)).toBe(alarms);
});

test('There are as many dashboards as are billed', () => {
  expect(resourcesOf(template, 'AWS::CloudWatch::Dashboard').size).toBe(dashboards);
});

test('The watch is called as often as is billed', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: `cron(0/${60 / watchesPerHour} * * * ? *)`,
  });
});

test.each([
  ['with nothing to move', 'nothingToMove', { WhichRoute: 'FinishRun' }],
  ['by the small route', 'small', { WhichRoute: 'BeginTransfer' }],
  ['by the bulk route', 'bulk', { WhichRoute: 'TransferBatches' }],
] as const)('A run %s enters as many states as are billed, and one for its start', (_, name, choices) => {
  expect(statesEntered(pull, choices)).toBe(transitions[name] - 1);
});

test('A reconcile enters as many states as are billed', () => {
  expect(statesEntered(definitionOf(template, 'CorePushReconcile'), {})).toBe(transitions.reconcile - 1);
});

test.each(['TransferBatches', 'TransferSlices'])(
  'A child of %s enters as many states as are billed',
  (map) => {
    const child = chartSchema.parse(pull.States[map]?.ItemProcessor);

    expect(statesEntered(child, {})).toBe(transitions.child - 1);
  },
);

/** Follows the states to the end, each loop once; of another choice, the state that is named for it. */
function statesEntered({ StartAt, States }: Chart, choices: Readonly<Record<string, string>>): number {
  const after = (name: string): string | undefined => {
    const { Type, Next, Choices = [] } = States[name] ?? {};
    return Type === 'Choice' ? (choices[name] ?? Choices[0]?.Next) : Next;
  };
  let count = 0;
  for (let name: string | undefined = StartAt; name !== undefined; name = after(name)) count += 1;
  return count;
}
