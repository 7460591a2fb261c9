import { expect, test } from 'vitest';
import { readDefinition } from '../../../cli/local/states/read-definition.ts';
import { mapMachine, mapOfLines } from './map-machine.ts';
import { functionArn, machineOf } from './run-machine.ts';

const call = { Type: 'Task', Resource: functionArn('step') };
const task = { ...call, End: true };
const done = { Type: 'Succeed' };

const refused: readonly { readonly title: string; readonly definition: string; readonly says: string }[] = [
  {
    title: 'a state of a type that it does not know',
    definition: machineOf({ Both: { Type: 'Parallel', Branches: [], End: true } }),
    says: "state 'Both': Type 'Parallel' is not run",
  },
  {
    title: 'a field that it does not know',
    definition: machineOf({ Step: { ...task, HeartbeatSeconds: 5 } }),
    says: "state 'Step': field 'HeartbeatSeconds' is not known",
  },
  {
    title: 'a field of a Retry that it does not know',
    definition: machineOf({ Step: { ...task, Retry: [{ ErrorEquals: ['A'], Backoff: 2 }] } }),
    says: "state 'Step': field 'Retry.0.Backoff' is not known",
  },
  {
    title: 'a comparison that it does not know',
    definition: machineOf({
      Ask: { Type: 'Choice', Choices: [{ Variable: '$.a', StringMatches: 'x*', Next: 'Done' }] },
      Done: done,
    }),
    says: "state 'Ask': field 'Choices.0.StringMatches' is not known",
  },
  {
    title: 'a field of the machine that it does not know',
    definition: machineOf({ Step: task }, { Assign: {} }),
    says: "the machine: field 'Assign' is not known",
  },
  {
    title: 'JSONata',
    definition: machineOf({ Step: task }, { QueryLanguage: 'JSONata' }),
    says: "the machine: 'QueryLanguage'",
  },
  {
    title: 'an intrinsic function',
    definition: machineOf({ Step: { ...task, Parameters: { 'a.$': "States.Format('{}', $.b)" } } }),
    says: 'is no path that the local stack follows',
  },
  {
    title: 'a wildcard in a path',
    definition: machineOf({ Step: { ...task, InputPath: '$.rows[*]' } }),
    says: "'$.rows[*]' is no path that the local stack follows",
  },
  {
    title: 'a path inside an array',
    definition: machineOf({ Step: { ...task, Parameters: { rows: [{ 'a.$': '$.b' }] } } }),
    says: 'a path inside an array is not followed',
  },
  {
    title: 'a Resource that is no function',
    definition: machineOf({ Step: { ...task, Resource: 'arn:aws:states:::sqs:sendMessage' } }),
    says: "Resource 'arn:aws:states:::sqs:sendMessage' is not called",
  },
  {
    title: 'a way to a state that is not there',
    definition: machineOf({ Step: { ...call, Next: 'Nowhere' } }),
    says: "state 'Step': leads to 'Nowhere', which is no state",
  },
  {
    title: 'a Catch to a state that is not there',
    definition: machineOf({ Step: { ...task, Catch: [{ ErrorEquals: ['A'], Next: 'Nowhere' }] } }),
    says: "leads to 'Nowhere'",
  },
  {
    title: 'a state without a way on',
    definition: machineOf({ Step: call }),
    says: "state 'Step': needs exactly one of Next and End",
  },
  {
    title: 'a start that is not there',
    definition: machineOf({ Step: task }, { StartAt: 'Nowhere' }),
    says: "StartAt names 'Nowhere', which is no state",
  },
  {
    title: 'a Map inside of its own execution',
    definition: mapMachine({
      ItemProcessor: { ...mapOfLines.ItemProcessor, ProcessorConfig: { Mode: 'INLINE' } },
    }),
    says: "state 'Share': 'ItemProcessor.ProcessorConfig.Mode'",
  },
  {
    title: 'a Map of EXPRESS children',
    definition: mapMachine({
      ItemProcessor: {
        ...mapOfLines.ItemProcessor,
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
      },
    }),
    says: "state 'Share': 'ItemProcessor.ProcessorConfig.ExecutionType'",
  },
  {
    title: 'a Map that takes its items from its input',
    definition: mapMachine({ ItemsPath: '$.rows' }),
    says: "state 'Share': field 'ItemsPath' is not known",
  },
  {
    title: 'a Map over CSV',
    definition: mapMachine({ ItemReader: { ...mapOfLines.ItemReader, ReaderConfig: { InputType: 'CSV' } } }),
    says: "state 'Share': 'ItemReader.ReaderConfig.InputType'",
  },
  {
    title: 'a Map that leaves items out',
    definition: mapMachine({
      ItemReader: { ...mapOfLines.ItemReader, ReaderConfig: { InputType: 'JSONL', MaxItems: 5 } },
    }),
    says: "state 'Share': field 'ItemReader.ReaderConfig.MaxItems' is not known",
  },
  {
    title: 'a Map over the names of objects',
    definition: mapMachine({
      ItemReader: { ...mapOfLines.ItemReader, Resource: 'arn:aws:states:::s3:listObjectsV2' },
    }),
    says: "state 'Share': 'ItemReader.Resource'",
  },
  {
    title: 'a Map whose reader has another parameter',
    definition: mapMachine({
      ItemReader: { ...mapOfLines.ItemReader, Parameters: { Bucket: 'runs', Key: 'k', VersionId: 'v' } },
    }),
    says: "state 'Share': 'ItemReader.Parameters' must have Bucket and Key, and nothing else",
  },
  {
    title: 'a Map that batches by bytes',
    definition: mapMachine({ ItemBatcher: { MaxItemsPerBatch: 5, MaxInputBytesPerBatch: 1000 } }),
    says: "state 'Share': field 'ItemBatcher.MaxInputBytesPerBatch' is not known",
  },
  {
    title: 'a Map that writes its results in another form',
    definition: mapMachine({
      ResultWriter: {
        ...mapOfLines.ResultWriter,
        WriterConfig: { OutputType: 'JSONL', Transformation: 'COMPACT' },
      },
    }),
    says: "state 'Share': 'ResultWriter.WriterConfig.OutputType'",
  },
  {
    title: 'a Map with two limits of concurrency',
    definition: mapMachine({ MaxConcurrency: 1, MaxConcurrencyPath: '$.workers' }),
    says: "state 'Share': has both MaxConcurrency and MaxConcurrencyPath",
  },
  {
    title: 'a Map whose tolerance is in its input',
    definition: mapMachine({ ToleratedFailurePercentagePath: '$.percent' }),
    says: "state 'Share': field 'ToleratedFailurePercentagePath' is not known",
  },
  {
    title: 'a Map in a Map',
    definition: mapMachine({
      ItemProcessor: { ...mapOfLines.ItemProcessor, States: { Step: mapOfLines } },
    }),
    says: "state 'Step': Type 'Map' is not run here",
  },
  {
    title: 'a Map whose children lead nowhere',
    definition: mapMachine({
      ItemProcessor: { ...mapOfLines.ItemProcessor, States: { Step: { ...call, Next: 'Share' } } },
    }),
    says: "state 'Share': state 'Step': leads to 'Share', which is no state",
  },
  {
    title: 'a Map whose children have an unknown field',
    definition: mapMachine({
      ItemProcessor: { ...mapOfLines.ItemProcessor, States: { Step: { ...task, HeartbeatSeconds: 5 } } },
    }),
    says: "state 'Share': field 'ItemProcessor.States.Step.HeartbeatSeconds' is not known",
  },
  {
    title: 'a name that two states have',
    definition: mapMachine({
      ItemProcessor: { ...mapOfLines.ItemProcessor, StartAt: 'Share', States: { Share: task } },
    }),
    says: "state 'Share': another state has its name",
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
    says: 'Catch[0]: States.ALL must stand alone and last',
  },
];

test.each(refused)('A definition with $title is refused when it is read', ({ definition, says }) => {
  expect(() => readDefinition(definition)).toThrow(says);
});

test('Every fault of a definition is named at once', () => {
  const definition = machineOf({ A: { ...task, Nonsense: 1 }, B: { ...task, Folly: 1 } });

  expect(() => readDefinition(definition)).toThrow(/Nonsense[\s\S]*Folly/);
});
