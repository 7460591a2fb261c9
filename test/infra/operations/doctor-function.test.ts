import validate from 'asl-validator';
import { expect, it } from 'vitest';
import { readDefinition } from '../machine-definition.ts';
import { stageTemplate } from '../stage.ts';

const template = stageTemplate();
const definition = readDefinition(template, 'CoreDoctorMachine');

it('is a definition in the Amazon States Language with one step', () => {
  const { isValid, errorsText } = validate(definition);

  expect(errorsText()).toBe('');
  expect(isValid).toBe(true);
  expect(Object.keys(definition.States).sort()).toEqual(['DoctorFailed', 'Done', 'Examine']);
});

it('passes the request and the execution to the function, and returns its result', () => {
  expect(definition.States.Examine).toMatchObject({
    Resource: expect.stringContaining(':function:CoreDoctor'),
    Parameters: { 'request.$': '$', execution: { 'id.$': '$$.Execution.Id' } },
    ResultPath: '$',
    Next: 'Done',
  });
});

it('gives the function five minutes, because an operator waits', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    FunctionName: 'ftps-sync-test-doctor',
    Timeout: 300,
  });
});
