import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { permanentErrorName, transientErrorName } from '../../lambdas/contract/workflow.ts';
import { definitionOf, nextOf } from './machine-definition.ts';
import { stageTemplate } from './stage.ts';

const template = stageTemplate();
const definition = definitionOf(template, 'CorePullMachine');
const tasks = Object.entries(definition.States).filter(([, { Type }]) => Type === 'Task');

it('is a STANDARD machine, traced, that logs its errors', () => {
  template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    StateMachineName: 'ftps-sync-test-pull',
    StateMachineType: 'STANDARD',
    TracingConfiguration: { Enabled: true },
    LoggingConfiguration: { Level: 'ERROR' },
  });
  template.hasResourceProperties('AWS::Logs::LogGroup', {
    LogGroupName: '/aws/vendedlogs/states/ftps-sync-test-pull',
    RetentionInDays: 30,
  });
});

it('is a definition in the Amazon States Language', () => {
  const { isValid, errorsText } = validate(definition);

  expect(errorsText()).toBe('');
  expect(isValid).toBe(true);
});

it('gives a run a day', () => {
  expect(definition.TimeoutSeconds).toBe(86_400);
});

it.each([
  ['StartRun', 'IsItMyTurn'],
  ['IsItMyTurn', ['$.decision go ListRemote', 'else NotNow']],
  ['ListRemote', 'PlanRun'],
  ['PlanRun', 'IsThereWork'],
  ['IsThereWork', ['$.plan.next transfer BeginTransfer', 'else FinishRun']],
  ['BeginTransfer', 'Transfer'],
  ['Transfer', 'IsAllTransferred'],
  ['IsAllTransferred', ['$.cursor.done true BeginPostProcess', 'else Transfer']],
  ['BeginPostProcess', 'PostProcess'],
  ['PostProcess', 'IsAllPostProcessed'],
  ['IsAllPostProcessed', ['$.cursor.done true FinishRun', 'else PostProcess']],
  ['FinishRun', 'HowDidItEnd'],
  [
    'HowDidItEnd',
    [
      '$.report.status succeeded Done',
      '$.report.status incomplete Done',
      '$.report.status halted Halted',
      'else Failed',
    ],
  ],
  ['FinishFailedRun', 'RunFailed'],
])('goes on from %s to %j', (state, expected) => {
  expect(nextOf(definition, state)).toEqual(expected);
});

it.each([
  ['NotNow', 'Succeed'],
  ['Done', 'Succeed'],
  ['Halted', 'Fail'],
  ['Failed', 'Fail'],
  ['RunFailed', 'Fail'],
])('ends in %s as a %s', (state, type) => {
  expect(definition.States[state]?.Type).toBe(type);
});

it('tells StartRun who started it: the execution, its time and its input', () => {
  expect(definition.States.StartRun).toMatchObject({
    Parameters: {
      'input.$': '$',
      execution: { 'id.$': '$$.Execution.Id', 'startedAt.$': '$$.Execution.StartTime' },
    },
    ResultPath: '$',
  });
});

it.each([
  ['ListRemote', { 'run.$': '$.run' }, '$.list'],
  ['PlanRun', { 'run.$': '$.run' }, '$.plan'],
  ['Transfer', { 'run.$': '$.run', 'cursor.$': '$.cursor' }, '$.cursor'],
  ['PostProcess', { 'run.$': '$.run', 'cursor.$': '$.cursor' }, '$.cursor'],
  ['FinishRun', { 'run.$': '$.run' }, '$.report'],
  ['FinishFailedRun', { 'run.$': '$.run', 'error.$': '$.error' }, '$.report'],
])('gives %s what it needs and keeps its answer', (state, parameters, resultPath) => {
  expect(definition.States[state]).toMatchObject({ Parameters: parameters, ResultPath: resultPath });
});

it.each(['BeginTransfer', 'BeginPostProcess'])('starts from the first cursor in %s', (state) => {
  expect(definition.States[state]).toMatchObject({
    Type: 'Pass',
    Parameters: { done: false, next: 0 },
    ResultPath: '$.cursor',
  });
});

it.each([
  ['StartRun', 'CoreStartRunFunction'],
  ['ListRemote', 'CoreListRemoteFunction'],
  ['PlanRun', 'CorePlanRunFunction'],
  ['Transfer', 'CoreTransferBatchFunction'],
  ['PostProcess', 'CorePostProcessFunction'],
  ['FinishRun', 'CoreFinishRunFunction'],
  ['FinishFailedRun', 'CoreFinishRunFunction'],
])('calls for %s the function of that step', (state, logicalId) => {
  expect(definition.States[state]?.Resource).toContain(`:function:${logicalId}`);
});

it('ends every failure after the lease was taken in FinishFailedRun, with the error, and then as failed', () => {
  const catching = tasks.filter(([, { Catch }]) => Catch !== undefined);

  expect(catching.map(([name]) => name).sort()).toEqual(['ListRemote', 'PlanRun', 'PostProcess', 'Transfer']);
  for (const [, { Catch }] of catching) {
    expect(Catch).toEqual([{ ErrorEquals: ['States.ALL'], Next: 'FinishFailedRun', ResultPath: '$.error' }]);
  }
  expect(definition.States.RunFailed).toMatchObject({
    ErrorPath: '$.error.Error',
    CausePath: '$.error.Cause',
  });
});

describe.each(tasks)('the task %s', (_, task) => {
  it('tries a transient fault three times more, further and further apart', () => {
    expect(task.Retry).toContainEqual({
      ErrorEquals: [transientErrorName],
      MaxAttempts: 3,
      IntervalSeconds: 20,
      BackoffRate: 2,
      JitterStrategy: 'FULL',
      MaxDelaySeconds: 120,
    });
  });

  it.each([
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.Unknown',
    'Runtime.ExitError',
    'Sandbox.Timedout',
    'States.Timeout',
  ])('tries twice more after %s', (error) => {
    expect(task.Retry?.find(({ ErrorEquals }) => ErrorEquals.includes(error))?.MaxAttempts).toBe(2);
  });

  it('never tries a permanent fault again', () => {
    const retried = task.Retry?.flatMap(({ ErrorEquals }) => ErrorEquals);

    expect(retried).not.toContain(permanentErrorName);
    expect(retried).not.toContain('States.TaskFailed');
    expect(retried).not.toContain('States.ALL');
  });

  it('waits for an answer longer than its function may take', () => {
    const logicalId = task.Resource?.split(':').at(-1) ?? '';
    const { Timeout } = template.findResources('AWS::Lambda::Function')[logicalId]?.Properties ?? {};

    expect(task.TimeoutSeconds).toBe(Timeout + 60);
  });
});
