import validate from 'asl-validator';
import { expect, it } from 'vitest';
import { definitionOf } from './machine-definition.ts';
import { stageTemplate } from './stage.ts';

const template = stageTemplate();
const definition = definitionOf(template, 'CoreDoctorMachine');

it('is a definition in the Amazon States Language, of one step', () => {
  const { isValid, errorsText } = validate(definition);

  expect(errorsText()).toBe('');
  expect(isValid).toBe(true);
  expect(Object.keys(definition.States).sort()).toEqual(['DoctorFailed', 'Done', 'Examine']);
});

it('tells the function what was asked, and by which execution, and answers with what it says', () => {
  expect(definition.States.Examine).toMatchObject({
    Resource: expect.stringContaining(':function:CoreDoctor'),
    Parameters: { 'request.$': '$', execution: { 'id.$': '$$.Execution.Id' } },
    ResultPath: '$',
    Next: 'Done',
  });
});

it('gives the function five minutes: a person waits', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    FunctionName: 'ftps-sync-test-doctor',
    Timeout: 300,
  });
});
