import { describe, expect, it } from 'vitest';
import {
  type FunctionName,
  operationsFunctions,
  type PullStep,
  pullSteps,
  pushFunctions,
} from '../../../lambdas/contract/names.ts';
import { bothWays, partner, pullFlow, pushFlow, stageTemplate } from '../stage.ts';
import { findLogicalId, findResources, readStatements, type Statement, text } from '../template-reading.ts';

const template = stageTemplate({
  partners: ['acme', 'globex'].map((name) => partner(name, { flows: bothWays(name) })),
});

const roles: Readonly<Record<FunctionName, string>> = {
  'start-run': 'CoreStartRunRole',
  'list-remote': 'CoreListRemoteRole',
  'plan-run': 'CorePlanRunRole',
  'transfer-batch': 'CoreTransferBatchRole',
  'big-files': 'CoreBigFilesRole',
  'transfer-slice': 'CoreTransferSliceRole',
  'dispose-files': 'CoreDisposeFilesRole',
  'finish-run': 'CoreFinishRunRole',
  'end-execution': 'CoreEndExecutionRole',
  'route-object': 'CorePushRouteObjectRole',
  'push-file': 'CorePushPushFileRole',
  reconcile: 'CorePushReconcileRole',
  doctor: 'CoreDoctorRole',
  monitor: 'CoreMonitorRole',
};
const functions = [...pullSteps, ...pushFunctions, ...operationsFunctions];
/** The steps that transfer bytes to the inbox. */
const movers: readonly PullStep[] = ['transfer-batch', 'big-files', 'transfer-slice'];
/** The steps that log in to a partner. */
const atPartner: readonly PullStep[] = ['list-remote', ...movers, 'dispose-files'];
/** The steps that publish events. */
const publishers = pullSteps.filter(
  (step) => atPartner.includes(step) || ['start-run', 'finish-run'].includes(step),
);
/** All but end-execution, which needs no access. */
const workers = pullSteps.filter((step) => step !== 'end-execution');

/** @param pattern an action of a policy, which may end with `*`. */
function allows(pattern: string, action: string): boolean {
  return pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : pattern === action;
}

/** The functions with a statement that allows the action on a resource whose ARN contains `resource`. */
function functionsThatMay(action: string, resource: string, of = template): readonly string[] {
  const isIt = (statement: Statement) =>
    statement.Action.some((each) => allows(each, action)) && text(statement.Resource).includes(resource);
  return functions.filter((name) => readStatements(of, roles[name]).some(isIt));
}

describe('the access of functions', () => {
  const inbox = findLogicalId(template, 'AWS::S3::Bucket', 'CoreInbox');
  const outbox = findLogicalId(template, 'AWS::S3::Bucket', 'CorePushOutbox');
  const runs = findLogicalId(template, 'AWS::S3::Bucket', 'CoreRuns');
  const table = findLogicalId(template, 'AWS::DynamoDB::GlobalTable', 'CoreLedger');
  const ingest = findLogicalId(template, 'AWS::SQS::Queue', 'CorePushIngestQueue');
  const push = findLogicalId(template, 'AWS::SQS::Queue', 'CorePushDeliveriesQueue');
  const pushDeadLetters = findLogicalId(template, 'AWS::SQS::Queue', 'CorePushDeliveriesDeadLetters');
  const pullMachine = findLogicalId(template, 'AWS::StepFunctions::StateMachine', 'CorePullMachine');
  const reconcileMachine = findLogicalId(template, 'AWS::StepFunctions::StateMachine', 'CorePushReconcile');
  const partnerFiles = ':parameter/ftps-sync/test/partners/*';

  it.each([
    ['writing to the inbox', 's3:PutObject', inbox, movers],
    ['reading the inbox', 's3:GetObject', inbox, ['plan-run', ...movers]],
    ['aborting uploads to the inbox', 's3:AbortMultipartUpload', inbox, movers],
    ['deleting from the inbox', 's3:DeleteObject', inbox, []],
    ['listing the outbox', 's3:ListBucket', outbox, ['push-file', 'reconcile']],
    ['reading the outbox', 's3:GetObject', outbox, ['push-file', 'reconcile']],
    ['reading versions in the outbox', 's3:GetObjectVersion', outbox, ['push-file', 'reconcile']],
    ['tagging versions in the outbox', 's3:PutObjectVersionTagging', outbox, ['push-file']],
    ['putting delete markers in the outbox', 's3:DeleteObject', outbox, ['push-file']],
    ['deleting versions from the outbox', 's3:DeleteObjectVersion', outbox, []],
    ['writing to the outbox', 's3:PutObject', outbox, []],
    ['writing documents of runs', 's3:PutObject', runs, workers.filter((step) => step !== 'start-run')],
    ['deleting documents of runs', 's3:DeleteObject', runs, []],
    [
      'reading the ledger',
      'dynamodb:Query',
      table,
      [...workers, 'push-file', 'reconcile', 'doctor', 'monitor'],
    ],
    [
      'writing to the ledger',
      'dynamodb:UpdateItem',
      table,
      [...workers, 'route-object', 'push-file', 'reconcile', 'doctor', 'monitor'],
    ],
    ['deleting the ledger', 'dynamodb:DeleteTable', table, []],
    [
      'reading a partner file',
      'ssm:GetParameter',
      partnerFiles,
      [...workers.filter((step) => step !== 'finish-run'), 'push-file', 'reconcile', 'doctor'],
    ],
    ['listing all partner files', 'ssm:GetParametersByPath', partnerFiles, ['route-object', 'monitor']],
    [
      'listing all partner files by the path itself',
      'ssm:GetParametersByPath',
      ':parameter/ftps-sync/test/partners"',
      ['route-object', 'monitor'],
    ],
    ['sending to the push queue', 'sqs:SendMessage', push, ['route-object', 'push-file', 'reconcile']],
    ['receiving from the push queue', 'sqs:ReceiveMessage', push, ['push-file']],
    ['delaying a message of the push queue', 'sqs:ChangeMessageVisibility', push, ['push-file']],
    ['purging the push queue', 'sqs:PurgeQueue', push, []],
    ['receiving from the ingest queue', 'sqs:ReceiveMessage', ingest, ['route-object']],
    ['sending to the dead-letter queue of the push', 'sqs:SendMessage', pushDeadLetters, ['push-file']],
    [
      'publishing events',
      'events:PutEvents',
      ':event-bus/default',
      [...publishers, 'push-file', 'doctor', 'monitor'],
    ],
    [
      'counting the dead letters of the push',
      'sqs:GetQueueAttributes',
      pushDeadLetters,
      ['push-file', 'monitor'],
    ],
    ['receiving dead letters of the push', 'sqs:ReceiveMessage', pushDeadLetters, []],
    ['sending to the ingest queue', 'sqs:SendMessage', ingest, []],
    ['describing executions', 'states:DescribeExecution', ':execution:', ['start-run', 'monitor']],
    ['listing executions of the pull', 'states:ListExecutions', pullMachine, []],
    ['listing executions of the reconcile', 'states:ListExecutions', reconcileMachine, ['monitor']],
    ['stopping executions', 'states:StopExecution', ':execution:', []],
    [
      'reading the secrets of partners',
      'secretsmanager:GetSecretValue',
      ':secret:',
      [...atPartner, 'push-file', 'doctor'],
    ],
  ])('grants %s only to the functions that need it', (_, action, resource, names) => {
    expect(functionsThatMay(action, resource)).toEqual(names);
  });

  it.each([
    ['route-object', ['dynamodb', 'logs', 'sqs', 'ssm']],
    ['push-file', ['dynamodb', 'events', 'logs', 's3', 'secretsmanager', 'sqs', 'ssm']],
    ['reconcile', ['dynamodb', 'logs', 's3', 'sqs', 'ssm']],
  ] as const)('gives %s access to no other services than %j', (name, services) => {
    const actions = readStatements(template, roles[name]).flatMap(({ Action }) => Action);

    expect([...new Set(actions.map((action) => action.split(':')[0]))].sort()).toEqual(services);
  });
});

it.each([
  ['pull', pullFlow('acme/invoices/'), [...atPartner, 'doctor']],
  ['push', pushFlow('acme/orders/'), ['push-file', 'doctor']],
])('lets only functions of the %s read the secret of a partner that has no other flow', (_, flow, names) => {
  const alone = stageTemplate({ partners: [partner('acme', { flows: [flow] })] });

  expect(functionsThatMay('secretsmanager:GetSecretValue', ':secret:', alone)).toEqual(names);
});

it.each(['transfer-batch', 'push-file'] as const)(
  'grants %s each secret by its full name, with a wildcard only for the six characters that the service adds',
  (name) => {
    const resources = readStatements(template, roles[name])
      .filter(({ Action }) => Action.some((action) => action.startsWith('secretsmanager:')))
      .flatMap(({ Resource }) => Resource.map(text));

    expect(resources).toHaveLength(2);
    expect(resources[0]).toContain(':secret:ftps-sync/acme-??????');
    expect(resources[1]).toContain(':secret:ftps-sync/globex-??????');
  },
);

it('grants no function all resources of a service', () => {
  const wild = functions.flatMap((name) =>
    readStatements(template, roles[name]).filter(({ Resource }) => Resource.includes('*')),
  );

  expect(wild).toEqual([]);
});

it('attaches no AWS managed policy', () => {
  const roleProperties = [...findResources(template, 'AWS::IAM::Role').values()].map(
    ({ Properties }) => Properties,
  );

  expect(roleProperties.filter((properties) => 'ManagedPolicyArns' in properties)).toEqual([]);
});
