import { expect, test } from 'vitest';
import { readDefinition } from '../../../cli/local/states/read-definition.ts';
import { functionArn, machineOf } from './run-machine.ts';

const call = { Type: 'Task', Resource: functionArn('step') };
const task = { ...call, End: true };
const done = { Type: 'Succeed' };

const refused: readonly { readonly title: string; readonly definition: string; readonly says: string }[] = [
  {
    title: 'a Map',
    definition: machineOf({ Transfer: { Type: 'Map', ItemReader: {}, End: true } }),
    says: "state 'Transfer': Type 'Map' is not run",
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
