import validate from 'asl-validator';
import { expect, it } from 'vitest';
import { firstReconcileCursor } from '../../lambdas/contract/delivery.ts';
import { definitionOf, nextOf } from './machine-definition.ts';
import { stageTemplate } from './stage.ts';

const template = stageTemplate();
const definition = definitionOf(template, 'CorePushReconcile');

it('is a STANDARD machine, traced, that logs its errors', () => {
  template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    StateMachineName: 'ftps-sync-test-reconcile',
    StateMachineType: 'STANDARD',
    TracingConfiguration: { Enabled: true },
    LoggingConfiguration: { Level: 'ERROR' },
  });
  template.hasResourceProperties('AWS::Logs::LogGroup', {
    LogGroupName: '/aws/vendedlogs/states/ftps-sync-test-reconcile',
    RetentionInDays: 30,
  });
});

it('is a definition in the Amazon States Language', () => {
  const { isValid, errorsText } = validate(definition);

  expect(errorsText()).toBe('');
  expect(isValid).toBe(true);
});

it('gives a reconcile a day', () => {
  expect(definition.TimeoutSeconds).toBe(86_400);
});

it('has no other states than its story', () => {
  expect(Object.keys(definition.States).sort()).toEqual([
    'BeginReconcile',
    'Done',
    'IsAllReconciled',
    'Reconcile',
    'ReconcileFailed',
  ]);
});

it.each([
  ['BeginReconcile', 'Reconcile'],
  ['Reconcile', 'IsAllReconciled'],
  ['IsAllReconciled', ['$.cursor.done true Done', 'else Reconcile']],
])('goes on from %s to %j', (state, expected) => {
  expect(nextOf(definition, state)).toEqual(expected);
});

it('begins before the first key', () => {
  expect(definition.StartAt).toBe('BeginReconcile');
  expect(definition.States.BeginReconcile).toMatchObject({
    Type: 'Pass',
    Parameters: firstReconcileCursor,
    ResultPath: '$.cursor',
  });
});

it('tells Reconcile the flow, who asks, and how far it has come, and keeps its answer', () => {
  expect(definition.States.Reconcile).toMatchObject({
    Resource: expect.stringContaining(':function:CorePushReconcileFunction'),
    Parameters: {
      'partner.$': '$.partner',
      'flow.$': '$.flow',
      execution: { 'id.$': '$$.Execution.Id', 'startedAt.$': '$$.Execution.StartTime' },
      'cursor.$': '$.cursor',
    },
    ResultPath: '$.cursor',
  });
});

it('tries faults again as the steps of the pull do', () => {
  const pullStep = definitionOf(template, 'CorePullMachine').States.PlanRun;

  expect(pullStep?.Retry).toHaveLength(3);
  expect(definition.States.Reconcile?.Retry).toEqual(pullStep?.Retry);
});

it('waits for an answer longer than the function may take', () => {
  expect(definition.States.Reconcile?.TimeoutSeconds).toBe(15 * 60 + 60);
});

it('ends well when all is reconciled, and as failed with the error of a step', () => {
  expect(definition.States.Done?.Type).toBe('Succeed');
  expect(definition.States.Reconcile?.Catch).toEqual([
    { ErrorEquals: ['States.ALL'], Next: 'ReconcileFailed', ResultPath: '$.error' },
  ]);
  expect(definition.States.ReconcileFailed).toMatchObject({
    Type: 'Fail',
    ErrorPath: '$.error.Error',
    CausePath: '$.error.Cause',
  });
});
