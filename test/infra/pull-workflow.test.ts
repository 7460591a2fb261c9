import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { permanentErrorName, transientErrorName } from '../../lambdas/contract/workflow.ts';
import { definitionOf, mapSchema, nextOf } from './machine-definition.ts';
import { stageTemplate } from './stage.ts';

const template = stageTemplate();
const definition = definitionOf(template, 'CorePullMachine');
const children = ['TransferBatches', 'TransferSlices'].map((name) =>
  mapSchema.parse(definition.States[name]),
);
const tasks = [definition, ...children.map(({ ItemProcessor }) => ItemProcessor)].flatMap(({ States }) =>
  Object.entries(States).filter(([, { Type }]) => Type === 'Task'),
);

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
  ['IsItMyTurn', ['$.decision go BeginList', 'else NotNow']],
  ['BeginList', 'ListRemote'],
  ['ListRemote', 'IsAllListed'],
  ['IsAllListed', ['$.cursor.done true BeginPlan', 'else ListRemote']],
  ['BeginPlan', 'PlanRun'],
  ['PlanRun', 'IsAllPlanned'],
  ['IsAllPlanned', ['$.plan.done true WhichRoute', 'else PlanRun']],
  ['WhichRoute', ['$.plan.route small BeginTransfer', '$.plan.route bulk TransferBatches', 'else FinishRun']],
  ['BeginTransfer', 'Transfer'],
  ['Transfer', 'IsAllTransferred'],
  ['IsAllTransferred', ['$.cursor.done true BeginBigFiles', 'else Transfer']],
  ['TransferBatches', 'BeginBigFiles'],
  ['BeginBigFiles', 'BigFiles'],
  ['BigFiles', 'AreAllBigFilesDone'],
  ['AreAllBigFilesDone', ['$.big.done true BeginPostProcess', 'else AreThereSlices']],
  ['AreThereSlices', ['$.big.slices 0 BigFiles', 'else TransferSlices']],
  ['TransferSlices', 'BigFiles'],
  ['BeginPostProcess', 'PostProcess'],
  ['PostProcess', 'IsAllPostProcessed'],
  ['IsAllPostProcessed', ['$.cursor.done true FinishRun', 'else PostProcess']],
  ['FinishRun', 'HowDidItEnd'],
  ['HowDidItEnd', ['$.report.status succeeded Done', '$.report.status incomplete Done', 'else ConcludeRun']],
  ['FinishFailedRun', 'ConcludeRun'],
  // Only on a redrive: otherwise it throws.
  ['ConcludeRun', 'StartRun'],
])('goes on from %s to %j', (state, expected) => {
  expect(nextOf(definition, state)).toEqual(expected);
});

it('ends well in two states, and as failed by what ConcludeRun throws: a redrive of a Fail state would only fail again', () => {
  const ends = Object.entries(definition.States).filter(([, { Type }]) => ['Succeed', 'Fail'].includes(Type));

  expect(ends.map(([name, { Type }]) => [name, Type])).toEqual([
    ['NotNow', 'Succeed'],
    ['Done', 'Succeed'],
  ]);
  expect(definition.States.ConcludeRun).not.toHaveProperty('Catch');
});

it('tells StartRun who started it: the execution, the time of this start, its own input, and how often it was redriven', () => {
  expect(definition.States.StartRun).toMatchObject({
    Parameters: {
      'input.$': '$$.Execution.Input',
      execution: {
        'id.$': '$$.Execution.Id',
        'startedAt.$': '$$.State.EnteredTime',
        'redriveCount.$': '$$.Execution.RedriveCount',
      },
    },
    ResultPath: '$',
  });
});

it.each([
  ['ListRemote', { 'run.$': '$.run', 'cursor.$': '$.cursor' }, '$.cursor'],
  ['PlanRun', { 'run.$': '$.run', 'cursor.$': '$.plan' }, '$.plan'],
  ['Transfer', { 'run.$': '$.run', 'batch.$': '$.plan.batch', 'cursor.$': '$.cursor' }, '$.cursor'],
  ['BigFiles', { 'run.$': '$.run', 'cursor.$': '$.big' }, '$.big'],
  ['PostProcess', { 'run.$': '$.run', 'cursor.$': '$.cursor' }, '$.cursor'],
  ['FinishRun', { 'run.$': '$.run' }, '$.report'],
  ['FinishFailedRun', { 'run.$': '$.run', 'error.$': '$.error' }, '$.report'],
  [
    'ConcludeRun',
    { 'run.$': '$.run', 'status.$': '$.report.status', 'redriveCount.$': '$$.Execution.RedriveCount' },
    null,
  ],
])('gives %s what it needs and keeps its answer', (state, parameters, resultPath) => {
  expect(definition.States[state]).toMatchObject({ Parameters: parameters, ResultPath: resultPath });
});

it.each([
  ['BeginList', '$.cursor'],
  ['BeginPlan', '$.plan'],
  ['BeginTransfer', '$.cursor'],
  ['BeginBigFiles', '$.big'],
  ['BeginPostProcess', '$.cursor'],
])('starts from the first cursor in %s', (state, resultPath) => {
  expect(definition.States[state]).toMatchObject({
    Type: 'Pass',
    Parameters: { done: false, next: 0, round: 0 },
    ResultPath: resultPath,
  });
});

it.each([
  ['StartRun', 'CoreStartRunFunction'],
  ['ListRemote', 'CoreListRemoteFunction'],
  ['PlanRun', 'CorePlanRunFunction'],
  ['Transfer', 'CoreTransferBatchFunction'],
  ['BigFiles', 'CoreBigFilesFunction'],
  ['PostProcess', 'CorePostProcessFunction'],
  ['FinishRun', 'CoreFinishRunFunction'],
  ['FinishFailedRun', 'CoreFinishRunFunction'],
  ['ConcludeRun', 'CoreConcludeRunFunction'],
])('calls for %s the function of that step', (state, logicalId) => {
  expect(definition.States[state]?.Resource).toContain(`:function:${logicalId}`);
});

it('ends every failure after the lease was taken in FinishFailedRun, with the error', () => {
  const catching = Object.entries(definition.States).filter(([, { Catch }]) => Catch !== undefined);

  expect(catching.map(([name]) => name).sort()).toEqual([
    'BigFiles',
    'ListRemote',
    'PlanRun',
    'PostProcess',
    'Transfer',
    'TransferBatches',
    'TransferSlices',
  ]);
  for (const [, { Catch }] of catching) {
    expect(Catch).toEqual([{ ErrorEquals: ['States.ALL'], Next: 'FinishFailedRun', ResultPath: '$.error' }]);
  }
});

describe.each([
  ['TransferBatches', { item: 'batch', told: '$.plan', worker: 'CoreTransferBatchFunction' }],
  ['TransferSlices', { item: 'slice', told: '$.big', worker: 'CoreTransferSliceFunction' }],
])('the map %s', (name, { item, told, worker }) => {
  const map = mapSchema.parse(definition.States[name]);

  it('reads its items line by line from a document of the run', () => {
    expect(map.ItemReader).toEqual({
      Resource: expect.stringMatching(/:states:::s3:getObject$/),
      ReaderConfig: { InputType: 'JSONL' },
      Parameters: { Bucket: expect.stringMatching(/^CoreRuns/), 'Key.$': `${told}.itemsKey` },
    });
  });

  it('writes what became of its children beside the other documents of the run', () => {
    expect(map.ResultWriter).toEqual({
      Resource: expect.stringMatching(/:states:::s3:putObject$/),
      Parameters: { Bucket: expect.stringMatching(/^CoreRuns/), 'Prefix.$': `${told}.resultsPrefix` },
    });
  });

  it('runs as many children at once as it is told, and ends well whatever becomes of them', () => {
    expect(map.MaxConcurrencyPath).toBe(`${told}.workers`);
    expect(map.ToleratedFailurePercentage).toBe(100);
  });

  it('has STANDARD children, since others end after five minutes and may run twice', () => {
    expect(map.ItemProcessor.ProcessorConfig).toEqual({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' });
  });

  it('gives each child the run, its item and the first cursor, and keeps nothing of what they answer', () => {
    expect(map.ItemSelector).toEqual({
      'run.$': '$.run',
      [`${item}.$`]: '$$.Map.Item.Value',
      cursor: { done: false, next: 0, round: 0 },
    });
    expect(map.ResultPath).toBeNull();
  });

  it('calls the worker until it is done', () => {
    const { StartAt, States } = map.ItemProcessor;

    expect(States[StartAt]?.Resource).toContain(`:function:${worker}`);
    expect(States[StartAt]).toMatchObject({ ResultPath: '$.cursor', Next: expect.stringMatching(/^Is/) });
    expect(nextOf(map.ItemProcessor, States[StartAt]?.Next ?? '')).toEqual([
      `$.cursor.done true ${StartAt}Done`,
      `else ${StartAt}`,
    ]);
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
