import { describe, expect, it } from 'vitest';
import { pullSteps } from '../../lambdas/contract/names.ts';
import { stageTemplate } from './stage.ts';
import { idOf, resourcesOf, type Statement, statementsOf, text } from './template-reading.ts';

const template = stageTemplate();

const roles = {
  'start-run': 'CoreStartRunRole',
  'list-remote': 'CoreListRemoteRole',
  'plan-run': 'CorePlanRunRole',
  'transfer-batch': 'CoreTransferBatchRole',
  'post-process': 'CorePostProcessRole',
  'finish-run': 'CoreFinishRunRole',
} as const satisfies Record<(typeof pullSteps)[number], string>;

/** The steps with a statement whose action and resource are as asked. */
function stepsThatMay(action: string, resource: string): readonly string[] {
  const isIt = (statement: Statement) =>
    statement.Action.some((each) => each.startsWith(action)) && text(statement.Resource).includes(resource);
  return pullSteps.filter((step) => statementsOf(template, roles[step]).some(isIt));
}

describe('what a step may touch', () => {
  const inbox = idOf(template, 'AWS::S3::Bucket', 'CoreInbox');
  const runs = idOf(template, 'AWS::S3::Bucket', 'CoreRuns');
  const table = idOf(template, 'AWS::DynamoDB::GlobalTable', 'CoreLedger');

  it.each([
    ['the inbox, to write', 's3:PutObject', inbox, ['transfer-batch']],
    ['the inbox, to read', 's3:GetObject', inbox, ['transfer-batch']],
    ['the inbox, to abort an upload', 's3:Abort', inbox, ['transfer-batch']],
    ['the inbox, to delete', 's3:Delete', inbox, []],
    [
      'the documents of runs, to write',
      's3:PutObject',
      runs,
      pullSteps.filter((step) => step !== 'start-run'),
    ],
    ['the documents of runs, to delete', 's3:Delete', runs, []],
    ['the ledger, to write', 'dynamodb:UpdateItem', table, pullSteps],
    ['the ledger, to delete the table', 'dynamodb:DeleteTable', table, []],
    [
      'partner files',
      'ssm:GetParameter',
      ':parameter/ftps-sync/test/partners/*',
      pullSteps.filter((step) => step !== 'finish-run'),
    ],
    ['executions', 'states:DescribeExecution', ':execution:', ['start-run']],
    [
      'the secrets of partners',
      'secretsmanager:GetSecretValue',
      ':secret:',
      ['list-remote', 'transfer-batch', 'post-process'],
    ],
  ])('gives %s to the right steps alone', (_, action, resource, steps) => {
    expect(stepsThatMay(action, resource)).toEqual(steps);
  });
});

it('names every secret in full: no wildcard but the six characters that the service adds', () => {
  const resources = statementsOf(template, roles['transfer-batch'])
    .filter(({ Action }) => Action.some((action) => action.startsWith('secretsmanager:')))
    .flatMap(({ Resource }) => Resource.map(text));

  expect(resources).toHaveLength(2);
  expect(resources[0]).toContain(':secret:ftps-sync/acme-??????');
  expect(resources[1]).toContain(':secret:ftps-sync/globex-??????');
});

it('lets no function touch all resources of a service', () => {
  const wild = pullSteps.flatMap((step) =>
    statementsOf(template, roles[step]).filter(({ Resource }) => Resource.includes('*')),
  );

  expect(wild).toEqual([]);
});

it('attaches no policy that AWS manages', () => {
  const roleProperties = [...resourcesOf(template, 'AWS::IAM::Role').values()].map(
    ({ Properties }) => Properties,
  );

  expect(roleProperties.filter((properties) => 'ManagedPolicyArns' in properties)).toEqual([]);
});
