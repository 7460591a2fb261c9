import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { type PullStep, pullSteps } from '../../lambdas/contract/names.ts';
import {
  acknowledgeKeyUse,
  grantLedger,
  grantPutObjects,
  grantReadObjects,
  grantReadPartner,
} from './function-grants.ts';
import type { SyncFunction } from './sync-function.ts';

/**
 * What a step touches: the ledger and the runs' documents (read and write), the inbox (read and write, never delete), the
 * partner files, the partners' secrets, and the bus, to tell of runs and of a partner that refuses our login. What is not named here, a step cannot reach.
 */
type Reach = 'ledger' | 'runs' | 'inbox' | 'inbox-reading' | 'partners' | 'secrets' | 'bus';

const reaches: Readonly<Record<PullStep, readonly Reach[]>> = {
  'start-run': ['ledger', 'partners', 'bus'],
  'list-remote': ['ledger', 'runs', 'partners', 'secrets', 'bus'],
  'plan-run': ['ledger', 'runs', 'inbox-reading', 'partners'],
  'transfer-batch': ['ledger', 'runs', 'partners', 'secrets', 'bus', 'inbox'],
  'big-files': ['ledger', 'runs', 'partners', 'secrets', 'bus', 'inbox'],
  'transfer-slice': ['ledger', 'runs', 'partners', 'secrets', 'bus', 'inbox'],
  'post-process': ['ledger', 'runs', 'partners', 'secrets', 'bus'],
  'finish-run': ['ledger', 'runs', 'bus'],
  'conclude-run': [],
};

/** The steps that log in at a partner. */
export const stepsWithSecrets = pullSteps.filter((step) => reaches[step].includes('secrets'));

export interface GrantPullProps {
  readonly functions: Readonly<Record<PullStep, SyncFunction>>;
  readonly table: TableV2;
  readonly inboxBucket: Bucket;
  readonly runsBucket: Bucket;
  readonly partnersPath: string;
}

/** Gives every step what it touches, except the secrets, which each partner brings (`FtpsSync`). */
export function grantPull(props: GrantPullProps): void {
  const grants: Readonly<Record<Reach, (step: SyncFunction) => void>> = {
    ledger: (step) => grantLedger(props.table, step, 'read-write'),
    runs: (step) => grantReadAndPut(props.runsBucket, step),
    inbox: (step) => grantReadAndPut(props.inboxBucket, step),
    'inbox-reading': (step) => grantReadObjects(props.inboxBucket, step),
    partners: (step) => grantReadPartner(props.partnersPath, step),
    secrets: () => {},
    bus: (step) => EventBus.fromEventBusName(step, 'DefaultBus', 'default').grantPutEventsTo(step),
  };
  for (const step of pullSteps) {
    for (const reach of reaches[step]) grants[reach](props.functions[step]);
    acknowledgeKeyUse(props.functions[step]);
  }
}

function grantReadAndPut(bucket: Bucket, step: SyncFunction): void {
  grantReadObjects(bucket, step);
  grantPutObjects(bucket, step);
}
