import validate from 'asl-validator';
import { expect, it } from 'vitest';
import { firstReconcileCursor } from '../../../lambdas/contract/events/delivery.ts';
import { nextStates, readDefinition } from '../machine-definition.ts';
import { stageTemplate } from '../stage.ts';

const template = stageTemplate();
const definition = readDefinition(template, 'CorePushReconcile');

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

it('times out after a day', () => {
  expect(definition.TimeoutSeconds).toBe(86_400);
});

it('has these states', () => {
  expect(Object.keys(definition.States).sort()).toEqual([
    'BeginReconcile',
    'Done',
    'Reconcile',
    'ReconcileComplete?',
    'ReconcileFailed',
  ]);
});

it.each([
  ['BeginReconcile', 'Reconcile'],
  ['Reconcile', 'ReconcileComplete?'],
  ['ReconcileComplete?', ['$.cursor.done true Done', 'else Reconcile']],
])('continues from %s to %j', (state, expected) => {
  expect(nextStates(definition, state)).toEqual(expected);
});

it('starts before the first key', () => {
  expect(definition.StartAt).toBe('BeginReconcile');
  expect(definition.States.BeginReconcile).toMatchObject({
    Type: 'Pass',
    Parameters: firstReconcileCursor,
    ResultPath: '$.cursor',
  });
});

it('passes flow, execution and cursor to Reconcile and keeps its result', () => {
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

it('retries like the steps of the pull', () => {
  const pullStep = readDefinition(template, 'CorePullMachine').States.PlanRun;

  expect(pullStep?.Retry).toHaveLength(4);
  expect(definition.States.Reconcile?.Retry).toEqual(pullStep?.Retry);
});

it('waits longer than the timeout of the function', () => {
  expect(definition.States.Reconcile?.TimeoutSeconds).toBe(15 * 60 + 60);
});

it('succeeds when everything is reconciled, and fails with the error of a step', () => {
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
