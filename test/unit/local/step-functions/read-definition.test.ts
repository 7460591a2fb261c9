import { expect, test } from 'vitest';
import { readDefinition } from '../../../../local/step-functions/definition/read-definition.ts';
import { mapMachine, mapOfLines } from './map-machine.ts';
import { functionArn, machineOf } from './run-machine.ts';

const call = { Type: 'Task', Resource: functionArn('step') };
const task = { ...call, End: true };
const done = { Type: 'Succeed' };

const refused: readonly { readonly title: string; readonly definition: string; readonly says: string }[] = [
  {
    title: 'an unsupported state type',
    definition: machineOf({ Both: { Type: 'Parallel', Branches: [], End: true } }),
    says: "state 'Both': Type 'Parallel' is not supported",
  },
  {
    title: 'an unsupported field',
    definition: machineOf({ Step: { ...task, HeartbeatSeconds: 5 } }),
    says: "state 'Step': field 'HeartbeatSeconds' is not supported",
  },
  {
    title: 'an unsupported field of a Retry',
    definition: machineOf({ Step: { ...task, Retry: [{ ErrorEquals: ['A'], Backoff: 2 }] } }),
    says: "state 'Step': field 'Retry.0.Backoff' is not supported",
  },
  {
    title: 'an unsupported comparison',
    definition: machineOf({
      Ask: { Type: 'Choice', Choices: [{ Variable: '$.a', StringMatches: 'x*', Next: 'Done' }] },
      Done: done,
    }),
    says: "state 'Ask': field 'Choices.0.StringMatches' is not supported",
  },
  {
    title: 'an unsupported field of the machine',
    definition: machineOf({ Step: task }, { Assign: {} }),
    says: "the machine: field 'Assign' is not supported",
  },
  {
    title: 'JSONata',
    definition: machineOf({ Step: task }, { QueryLanguage: 'JSONata' }),
    says: "the machine: 'QueryLanguage'",
  },
  {
    title: 'an intrinsic function',
    definition: machineOf({ Step: { ...task, Parameters: { 'a.$': "States.Format('{}', $.b)" } } }),
    says: 'is not a path that the local stack supports',
  },
  {
    title: 'a wildcard in a path',
    definition: machineOf({ Step: { ...task, InputPath: '$.rows[*]' } }),
    says: "'$.rows[*]' is not a path that the local stack supports",
  },
  {
    title: 'a path inside an array',
    definition: machineOf({ Step: { ...task, Parameters: { rows: [{ 'a.$': '$.b' }] } } }),
    says: 'does not support a path inside an array',
  },
  {
    title: 'a Resource that is not a function',
    definition: machineOf({ Step: { ...task, Resource: 'arn:aws:states:::sqs:sendMessage' } }),
    says: "Resource 'arn:aws:states:::sqs:sendMessage' is not supported",
  },
  {
    title: 'a transition to a state that does not exist',
    definition: machineOf({ Step: { ...call, Next: 'Nowhere' } }),
    says: "state 'Step': the next state 'Nowhere' does not exist",
  },
  {
    title: 'a Catch to a state that does not exist',
    definition: machineOf({ Step: { ...task, Catch: [{ ErrorEquals: ['A'], Next: 'Nowhere' }] } }),
    says: "the next state 'Nowhere'",
  },
  {
    title: 'a state without Next or End',
    definition: machineOf({ Step: call }),
    says: "state 'Step': needs exactly one of Next and End",
  },
  {
    title: 'a StartAt that does not exist',
    definition: machineOf({ Step: task }, { StartAt: 'Nowhere' }),
    says: "StartAt is 'Nowhere', which does not exist",
  },
  {
    title: 'an inline Map',
    definition: mapMachine({
      ItemProcessor: { ...mapOfLines.ItemProcessor, ProcessorConfig: { Mode: 'INLINE' } },
    }),
    says: "state 'Share': 'ItemProcessor.ProcessorConfig.Mode'",
  },
  {
    title: 'a Map with EXPRESS children',
    definition: mapMachine({
      ItemProcessor: {
        ...mapOfLines.ItemProcessor,
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
      },
    }),
    says: "state 'Share': 'ItemProcessor.ProcessorConfig.ExecutionType'",
  },
  {
    title: 'a Map over a part of its input',
    definition: mapMachine({ ItemsPath: '$.rows' }),
    says: "state 'Share': field 'ItemsPath' is not supported",
  },
  {
    title: 'a Map over CSV',
    definition: mapMachine({ ItemReader: { ...mapOfLines.ItemReader, ReaderConfig: { InputType: 'CSV' } } }),
    says: "state 'Share': 'ItemReader.ReaderConfig.InputType'",
  },
  {
    title: 'a Map that limits its items',
    definition: mapMachine({
      ItemReader: { ...mapOfLines.ItemReader, ReaderConfig: { InputType: 'JSONL', MaxItems: 5 } },
    }),
    says: "state 'Share': field 'ItemReader.ReaderConfig.MaxItems' is not supported",
  },
  {
    title: 'a Map over a listing of objects',
    definition: mapMachine({
      ItemReader: { ...mapOfLines.ItemReader, Resource: 'arn:aws:states:::s3:listObjectsV2' },
    }),
    says: "state 'Share': 'ItemReader.Resource'",
  },
  {
    title: 'a Map whose reader has one more parameter',
    definition: mapMachine({
      ItemReader: { ...mapOfLines.ItemReader, Parameters: { Bucket: 'runs', Key: 'k', VersionId: 'v' } },
    }),
    says: "state 'Share': 'ItemReader.Parameters' must have Bucket and Key and no other field",
  },
  {
    title: 'a Map that batches by bytes',
    definition: mapMachine({ ItemBatcher: { MaxItemsPerBatch: 5, MaxInputBytesPerBatch: 1000 } }),
    says: "state 'Share': field 'ItemBatcher.MaxInputBytesPerBatch' is not supported",
  },
  {
    title: 'a Map that writes its results in another format',
    definition: mapMachine({
      ResultWriter: {
        ...mapOfLines.ResultWriter,
        WriterConfig: { OutputType: 'JSONL', Transformation: 'COMPACT' },
      },
    }),
    says: "state 'Share': 'ResultWriter.WriterConfig.OutputType'",
  },
  {
    title: 'a Map with two concurrency limits',
    definition: mapMachine({ MaxConcurrency: 1, MaxConcurrencyPath: '$.workers' }),
    says: "state 'Share': has both MaxConcurrency and MaxConcurrencyPath",
  },
  {
    title: 'a Map whose tolerance comes from its input',
    definition: mapMachine({ ToleratedFailurePercentagePath: '$.percent' }),
    says: "state 'Share': field 'ToleratedFailurePercentagePath' is not supported",
  },
  {
    title: 'a Map in a Map',
    definition: mapMachine({
      ItemProcessor: { ...mapOfLines.ItemProcessor, States: { Step: mapOfLines } },
    }),
    says: "state 'Step': Type 'Map' is not supported here",
  },
  {
    title: 'a Map whose children have a broken transition',
    definition: mapMachine({
      ItemProcessor: { ...mapOfLines.ItemProcessor, States: { Step: { ...call, Next: 'Share' } } },
    }),
    says: "state 'Share': state 'Step': the next state 'Share' does not exist",
  },
  {
    title: 'a Map whose children have an unsupported field',
    definition: mapMachine({
      ItemProcessor: { ...mapOfLines.ItemProcessor, States: { Step: { ...task, HeartbeatSeconds: 5 } } },
    }),
    says: "state 'Share': field 'ItemProcessor.States.Step.HeartbeatSeconds' is not supported",
  },
  {
    title: 'a name of two states',
    definition: mapMachine({
      ItemProcessor: { ...mapOfLines.ItemProcessor, StartAt: 'Share', States: { Share: task } },
    }),
    says: "state 'Share': another state has the same name",
  },
  {
    title: 'States.ALL before another Catch',
    definition: machineOf({
      Step: {
        ...task,
        Catch: [
          { ErrorEquals: ['States.ALL'], Next: 'Done' },
          { ErrorEquals: ['A'], Next: 'Done' },
        ],
      },
      Done: done,
    }),
    says: 'Catch[0]: States.ALL must be alone and last',
  },
];

test.each(refused)('A definition with $title is refused', ({ definition, says }) => {
  expect(() => readDefinition('pull', definition)).toThrow(says);
});

test('Every error of a definition is reported at once', () => {
  const definition = machineOf({ A: { ...task, Nonsense: 1 }, B: { ...task, Folly: 1 } });

  expect(() => readDefinition('pull', definition)).toThrow(/Nonsense[\s\S]*Folly/);
});
