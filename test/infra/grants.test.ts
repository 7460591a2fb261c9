import { describe, expect, it } from 'vitest';
import {
  type FunctionName,
  operationsFunctions,
  type PullStep,
  pullSteps,
  pushFunctions,
} from '../../lambdas/contract/names.ts';
import { bothWays, partner, pullFlow, pushFlow, stageTemplate } from './stage.ts';
import { idOf, resourcesOf, type Statement, statementsOf, text } from './template-reading.ts';

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
  'post-process': 'CorePostProcessRole',
  'finish-run': 'CoreFinishRunRole',
  'conclude-run': 'CoreConcludeRunRole',
  'route-object': 'CorePushRouteObjectRole',
  'push-file': 'CorePushPushFileRole',
  reconcile: 'CorePushReconcileRole',
  doctor: 'CoreDoctorRole',
  watch: 'CoreWatchRole',
};
const functions = [...pullSteps, ...pushFunctions, ...operationsFunctions];
/** Those of the pull that bring bytes into the bucket, and all that log in at a partner. */
const movers: readonly PullStep[] = ['transfer-batch', 'big-files', 'transfer-slice'];
const atPartner: readonly PullStep[] = ['list-remote', ...movers, 'post-process'];
/** Those that tell others of what they did or met. */
const tellers = pullSteps.filter(
  (step) => atPartner.includes(step) || ['start-run', 'finish-run'].includes(step),
);
/** The last one only ends the execution, and touches nothing. */
const workers = pullSteps.filter((step) => step !== 'conclude-run');

/** Whether an action of a policy, which may end with `*`, allows this one. */
function allows(written: string, action: string): boolean {
  return written.endsWith('*') ? action.startsWith(written.slice(0, -1)) : written === action;
}

/** The functions with a statement that allows the action on a resource with this in its ARN. */
function functionsThatMay(action: string, resource: string, of = template): readonly string[] {
  const isIt = (statement: Statement) =>
    statement.Action.some((each) => allows(each, action)) && text(statement.Resource).includes(resource);
  return functions.filter((name) => statementsOf(of, roles[name]).some(isIt));
}

describe('what a function may touch', () => {
  const inbox = idOf(template, 'AWS::S3::Bucket', 'CoreInbox');
  const outbox = idOf(template, 'AWS::S3::Bucket', 'CorePushOutbox');
  const runs = idOf(template, 'AWS::S3::Bucket', 'CoreRuns');
  const table = idOf(template, 'AWS::DynamoDB::GlobalTable', 'CoreLedger');
  const ingest = idOf(template, 'AWS::SQS::Queue', 'CorePushIngestQueue');
  const push = idOf(template, 'AWS::SQS::Queue', 'CorePushDeliveriesQueue');
  const pushDeadLetters = idOf(template, 'AWS::SQS::Queue', 'CorePushDeliveriesDeadLetters');
  const pullMachine = idOf(template, 'AWS::StepFunctions::StateMachine', 'CorePullMachine');
  const reconcileMachine = idOf(template, 'AWS::StepFunctions::StateMachine', 'CorePushReconcile');
  const partnerFiles = ':parameter/ftps-sync/test/partners/*';

  it.each([
    ['the inbox, to write', 's3:PutObject', inbox, movers],
    ['the inbox, to read', 's3:GetObject', inbox, ['plan-run', ...movers]],
    ['the inbox, to abort an upload', 's3:AbortMultipartUpload', inbox, movers],
    ['the inbox, to delete', 's3:DeleteObject', inbox, []],
    ['the outbox, to list', 's3:ListBucket', outbox, ['push-file', 'reconcile']],
    ['the outbox, to look', 's3:GetObject', outbox, ['push-file', 'reconcile']],
    ['the outbox, to read a version', 's3:GetObjectVersion', outbox, ['push-file', 'reconcile']],
    ['the outbox, to tag a version', 's3:PutObjectVersionTagging', outbox, ['push-file']],
    ['the outbox, to put a delete marker', 's3:DeleteObject', outbox, ['push-file']],
    ['the outbox, to delete a version', 's3:DeleteObjectVersion', outbox, []],
    ['the outbox, to write', 's3:PutObject', outbox, []],
    ['the documents of runs, to write', 's3:PutObject', runs, workers.filter((step) => step !== 'start-run')],
    ['the documents of runs, to delete', 's3:DeleteObject', runs, []],
    [
      'the ledger, to read',
      'dynamodb:Query',
      table,
      [...workers, 'push-file', 'reconcile', 'doctor', 'watch'],
    ],
    [
      'the ledger, to write',
      'dynamodb:UpdateItem',
      table,
      [...workers, 'route-object', 'push-file', 'reconcile', 'doctor', 'watch'],
    ],
    ['the ledger, to delete the table', 'dynamodb:DeleteTable', table, []],
    [
      'a partner file',
      'ssm:GetParameter',
      partnerFiles,
      [...workers.filter((step) => step !== 'finish-run'), 'push-file', 'reconcile', 'doctor'],
    ],
    ['all partner files', 'ssm:GetParametersByPath', partnerFiles, ['route-object', 'watch']],
    [
      'all partner files by the path alone',
      'ssm:GetParametersByPath',
      ':parameter/ftps-sync/test/partners"',
      ['route-object', 'watch'],
    ],
    ['the push queue, to send', 'sqs:SendMessage', push, ['route-object', 'reconcile']],
    ['the push queue, to receive', 'sqs:ReceiveMessage', push, ['push-file']],
    ['the push queue, to put off a message', 'sqs:ChangeMessageVisibility', push, ['push-file']],
    ['the push queue, to empty it', 'sqs:PurgeQueue', push, []],
    ['the ingest queue, to receive', 'sqs:ReceiveMessage', ingest, ['route-object']],
    ['the dead letters of the push, to send', 'sqs:SendMessage', pushDeadLetters, ['push-file']],
    [
      'the event bus, to tell',
      'events:PutEvents',
      ':event-bus/default',
      [...tellers, 'push-file', 'doctor', 'watch'],
    ],
    [
      'the dead letters of the push, to count',
      'sqs:GetQueueAttributes',
      pushDeadLetters,
      ['push-file', 'watch'],
    ],
    ['the dead letters of the push, to receive', 'sqs:ReceiveMessage', pushDeadLetters, []],
    ['the ingest queue, to send', 'sqs:SendMessage', ingest, []],
    ['executions', 'states:DescribeExecution', ':execution:', ['start-run', 'watch']],
    ['the executions of pulls, to list', 'states:ListExecutions', pullMachine, []],
    ['the executions of reconciles, to list', 'states:ListExecutions', reconcileMachine, ['watch']],
    ['executions, to stop', 'states:StopExecution', ':execution:', []],
    [
      'the secrets of partners',
      'secretsmanager:GetSecretValue',
      ':secret:',
      [...atPartner, 'push-file', 'doctor'],
    ],
  ])('gives %s to the right ones alone', (_, action, resource, names) => {
    expect(functionsThatMay(action, resource)).toEqual(names);
  });

  it.each([
    ['route-object', ['dynamodb', 'logs', 'sqs', 'ssm']],
    ['push-file', ['dynamodb', 'events', 'logs', 's3', 'secretsmanager', 'sqs', 'ssm']],
    ['reconcile', ['dynamodb', 'logs', 's3', 'sqs', 'ssm']],
  ] as const)('gives %s no other service than %j', (name, services) => {
    const actions = statementsOf(template, roles[name]).flatMap(({ Action }) => Action);

    expect([...new Set(actions.map((action) => action.split(':')[0]))].sort()).toEqual(services);
  });
});

it.each([
  ['pull', pullFlow('acme/invoices/'), [...atPartner, 'doctor']],
  ['push', pushFlow('acme/orders/'), ['push-file', 'doctor']],
])('lets no other flow read the secret of a partner that has a %s alone', (_, flow, names) => {
  const alone = stageTemplate({ partners: [partner('acme', { flows: [flow] })] });

  expect(functionsThatMay('secretsmanager:GetSecretValue', ':secret:', alone)).toEqual(names);
});

it.each(['transfer-batch', 'push-file'] as const)(
  'names to %s every secret in full: no wildcard but the six characters that the service adds',
  (name) => {
    const resources = statementsOf(template, roles[name])
      .filter(({ Action }) => Action.some((action) => action.startsWith('secretsmanager:')))
      .flatMap(({ Resource }) => Resource.map(text));

    expect(resources).toHaveLength(2);
    expect(resources[0]).toContain(':secret:ftps-sync/acme-??????');
    expect(resources[1]).toContain(':secret:ftps-sync/globex-??????');
  },
);

it('lets no function touch all resources of a service', () => {
  const wild = functions.flatMap((name) =>
    statementsOf(template, roles[name]).filter(({ Resource }) => Resource.includes('*')),
  );

  expect(wild).toEqual([]);
});

it('attaches no policy that AWS manages', () => {
  const roleProperties = [...resourcesOf(template, 'AWS::IAM::Role').values()].map(
    ({ Properties }) => Properties,
  );

  expect(roleProperties.filter((properties) => 'ManagedPolicyArns' in properties)).toEqual([]);
});
