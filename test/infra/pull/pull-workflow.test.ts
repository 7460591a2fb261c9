import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { permanentErrorName, transientErrorName } from '../../../lambdas/contract/workflow.ts';
import {
  errorNamed,
  functionArn,
  machineOf,
  runMachine,
} from '../../unit/local/step-functions/run-machine.ts';
import { mapSchema, nextStates, readDefinition } from '../machine-definition.ts';
import { stageTemplate } from '../stage.ts';

const template = stageTemplate();
const definition = readDefinition(template, 'CorePullMachine');
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

it('times out after a day', () => {
  expect(definition.TimeoutSeconds).toBe(86_400);
});

it.each([
  ['StartRun', 'LeaseAcquired?'],
  ['LeaseAcquired?', ['$.decision go BeginListing', 'else Skipped']],
  ['BeginListing', 'ListRemote'],
  ['ListRemote', 'ListingComplete?'],
  ['ListingComplete?', ['$.cursor.done true BeginPlanning', 'else ListRemote']],
  ['BeginPlanning', 'PlanRun'],
  ['PlanRun', 'PlanComplete?'],
  ['PlanComplete?', ['$.plan.done true ChooseRoute', 'else PlanRun']],
  [
    'ChooseRoute',
    ['$.plan.route small BeginTransfer', '$.plan.route bulk TransferBatches', 'else FinishRun'],
  ],
  ['BeginTransfer', 'Transfer'],
  ['Transfer', 'TransferComplete?'],
  ['TransferComplete?', ['$.cursor.done true BeginBigFiles', 'else Transfer']],
  ['TransferBatches', 'BeginBigFiles'],
  ['BeginBigFiles', 'BigFiles'],
  ['BigFiles', 'BigFilesComplete?'],
  ['BigFilesComplete?', ['$.big.done true BeginDisposal', 'else HasSlices?']],
  ['HasSlices?', ['$.big.slices 0 BigFiles', 'else TransferSlices']],
  ['TransferSlices', 'BigFiles'],
  ['BeginDisposal', 'DisposeFiles'],
  ['DisposeFiles', 'DisposalComplete?'],
  ['DisposalComplete?', ['$.cursor.done true FinishRun', 'else DisposeFiles']],
  ['FinishRun', 'RunSucceeded?'],
  [
    'RunSucceeded?',
    ['$.report.status succeeded Done', '$.report.status incomplete Done', 'else EndExecution'],
  ],
  ['FinishFailedRun', 'EndExecution'],
  // Only after a redrive; otherwise EndExecution throws.
  ['EndExecution', 'StartRun'],
])('continues from %s to %j', (state, expected) => {
  expect(nextStates(definition, state)).toEqual(expected);
});

it('succeeds in two states, and fails by the error of EndExecution, not by a Fail state, which a redrive would only fail again', () => {
  const ends = Object.entries(definition.States).filter(([, { Type }]) => ['Succeed', 'Fail'].includes(Type));

  expect(ends.map(([name, { Type }]) => [name, Type])).toEqual([
    ['Skipped', 'Succeed'],
    ['Done', 'Succeed'],
  ]);
  expect(definition.States.EndExecution).not.toHaveProperty('Catch');
});

it('passes the execution to StartRun: its input, id, start time and redrive count', () => {
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
  ['DisposeFiles', { 'run.$': '$.run', 'cursor.$': '$.cursor' }, '$.cursor'],
  ['FinishRun', { 'run.$': '$.run' }, '$.report'],
  ['FinishFailedRun', { 'run.$': '$.run', 'error.$': '$.error' }, '$.report'],
  [
    'EndExecution',
    { 'run.$': '$.run', 'status.$': '$.report.status', 'redriveCount.$': '$$.Execution.RedriveCount' },
    null,
  ],
])('passes %s its input and keeps its result', (state, parameters, resultPath) => {
  expect(definition.States[state]).toMatchObject({ Parameters: parameters, ResultPath: resultPath });
});

it.each([
  ['BeginListing', '$.cursor'],
  ['BeginPlanning', '$.plan'],
  ['BeginTransfer', '$.cursor'],
  ['BeginBigFiles', '$.big'],
  ['BeginDisposal', '$.cursor'],
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
  ['DisposeFiles', 'CoreDisposeFilesFunction'],
  ['FinishRun', 'CoreFinishRunFunction'],
  ['FinishFailedRun', 'CoreFinishRunFunction'],
  ['EndExecution', 'CoreEndExecutionFunction'],
])('invokes for %s the function of that step', (state, logicalId) => {
  expect(definition.States[state]?.Resource).toContain(`:function:${logicalId}`);
});

it('leads every error while the lease is held to FinishFailedRun', () => {
  const catching = Object.entries(definition.States).filter(([, { Catch }]) => Catch !== undefined);

  expect(catching.map(([name]) => name).sort()).toEqual([
    'BigFiles',
    'DisposeFiles',
    'ListRemote',
    'PlanRun',
    'Transfer',
    'TransferBatches',
    'TransferSlices',
  ]);
  for (const [, { Catch }] of catching) {
    expect(Catch).toEqual([{ ErrorEquals: ['States.ALL'], Next: 'FinishFailedRun', ResultPath: '$.error' }]);
  }
});

describe.each([
  ['TransferBatches', { item: 'batch', settingsPath: '$.plan', worker: 'CoreTransferBatchFunction' }],
  ['TransferSlices', { item: 'slice', settingsPath: '$.big', worker: 'CoreTransferSliceFunction' }],
])('the map %s', (name, { item, settingsPath, worker }) => {
  const map = mapSchema.parse(definition.States[name]);

  it('reads its items line by line from a document of the run', () => {
    expect(map.ItemReader).toEqual({
      Resource: expect.stringMatching(/:states:::s3:getObject$/),
      ReaderConfig: { InputType: 'JSONL' },
      Parameters: { Bucket: expect.stringMatching(/^CoreRuns/), 'Key.$': `${settingsPath}.itemsKey` },
    });
  });

  it('writes the results of its children to the documents of the run', () => {
    expect(map.ResultWriter).toEqual({
      Resource: expect.stringMatching(/:states:::s3:putObject$/),
      Parameters: { Bucket: expect.stringMatching(/^CoreRuns/), 'Prefix.$': `${settingsPath}.resultsPrefix` },
    });
  });

  it('runs `workers` children at once, and succeeds even when they fail', () => {
    expect(map.MaxConcurrencyPath).toBe(`${settingsPath}.workers`);
    expect(map.ToleratedFailurePercentage).toBe(100);
  });

  it('has STANDARD children, because EXPRESS ones end after five minutes and may run twice', () => {
    expect(map.ItemProcessor.ProcessorConfig).toEqual({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' });
  });

  it('passes each child the run, its item and the first cursor, and discards their results', () => {
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
    expect(States[StartAt]).toMatchObject({
      ResultPath: '$.cursor',
      Next: expect.stringMatching(/Complete\?$/),
    });
    expect(nextStates(map.ItemProcessor, States[StartAt]?.Next ?? '')).toEqual([
      `$.cursor.done true ${StartAt}Done`,
      `else ${StartAt}`,
    ]);
  });
});

describe.each(tasks)('the task %s', (_, task) => {
  it('retries a transient error three times with exponential backoff', () => {
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
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.Unknown',
    'Runtime.ExitError',
    'Sandbox.Timedout',
    'States.Timeout',
  ])('retries %s twice', (error) => {
    expect(task.Retry?.find(({ ErrorEquals }) => ErrorEquals.includes(error))?.MaxAttempts).toBe(2);
  });

  it('calls again while Lambda throttles, until the workflow times out', () => {
    expect(task.Retry).toContainEqual({
      ErrorEquals: ['Lambda.TooManyRequestsException'],
      MaxAttempts: 99_999,
      IntervalSeconds: 2,
      BackoffRate: 2,
      JitterStrategy: 'FULL',
      MaxDelaySeconds: 60,
    });
  });

  it('succeeds after Lambda has throttled it a thousand times', async () => {
    const step = {
      Type: 'Task',
      Resource: functionArn('step'),
      Retry: z.json().parse(task.Retry),
      End: true,
    };
    let calls = 0;

    const { end } = await runMachine(machineOf({ Step: step }), {
      functions: {
        step: () => {
          calls += 1;
          if (calls <= 1000) throw errorNamed('Lambda.TooManyRequestsException');
          return calls;
        },
      },
    });

    expect(end).toMatchObject({ status: 'SUCCEEDED', output: '1001' });
  });

  it('never retries a permanent error', () => {
    const retried = task.Retry?.flatMap(({ ErrorEquals }) => ErrorEquals);

    expect(retried).not.toContain(permanentErrorName);
    expect(retried).not.toContain('States.TaskFailed');
    expect(retried).not.toContain('States.ALL');
  });

  it('waits longer than the timeout of its function', () => {
    const logicalId = task.Resource?.split(':').at(-1) ?? '';
    const { Timeout } = template.findResources('AWS::Lambda::Function')[logicalId]?.Properties ?? {};

    expect(task.TimeoutSeconds).toBe(Timeout + 60);
  });
});
