import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { type PullStep, pullSteps } from '../../../lambdas/contract/names.ts';
import {
  acknowledgeKeyUse,
  grantLedger,
  grantPutObjects,
  grantReadObjects,
  grantReadPartner,
} from '../blocks/function-grants.ts';
import type { SyncFunction } from '../blocks/sync-function.ts';

/**
 * What a step can access, and nothing else: the ledger and the documents of runs (read and write), the inbox
 * (read and write, never delete), the partner files, the secrets of partners, and the event bus.
 */
type Access = 'ledger' | 'runs' | 'inbox' | 'inbox-read-only' | 'partners' | 'secrets' | 'bus';

const accessByStep: Readonly<Record<PullStep, readonly Access[]>> = {
  'start-run': ['ledger', 'partners', 'bus'],
  'list-remote': ['ledger', 'runs', 'partners', 'secrets', 'bus'],
  'plan-run': ['ledger', 'runs', 'inbox-read-only', 'partners'],
  'transfer-batch': ['ledger', 'runs', 'partners', 'secrets', 'bus', 'inbox'],
  'big-files': ['ledger', 'runs', 'partners', 'secrets', 'bus', 'inbox'],
  'transfer-slice': ['ledger', 'runs', 'partners', 'secrets', 'bus', 'inbox'],
  'dispose-files': ['ledger', 'runs', 'partners', 'secrets', 'bus'],
  'finish-run': ['ledger', 'runs', 'bus'],
  'end-execution': [],
};

/** The steps that log in to a partner. */
export const stepsWithSecrets = pullSteps.filter((step) => accessByStep[step].includes('secrets'));

export interface GrantPullProps {
  readonly functions: Readonly<Record<PullStep, SyncFunction>>;
  readonly table: TableV2;
  readonly inboxBucket: Bucket;
  readonly runsBucket: Bucket;
  readonly partnersPath: string;
}

/** Grants every step its access, except to secrets: `FtpsSync` grants those of its partner. */
export function grantPull(props: GrantPullProps): void {
  const grants: Readonly<Record<Access, (step: SyncFunction) => void>> = {
    ledger: (step) => grantLedger(props.table, step, 'read-write'),
    runs: (step) => grantReadAndPut(props.runsBucket, step),
    inbox: (step) => grantReadAndPut(props.inboxBucket, step),
    'inbox-read-only': (step) => grantReadObjects(props.inboxBucket, step),
    partners: (step) => grantReadPartner(props.partnersPath, step),
    secrets: () => {},
    bus: (step) => EventBus.fromEventBusName(step, 'DefaultBus', 'default').grantPutEventsTo(step),
  };
  for (const step of pullSteps) {
    for (const access of accessByStep[step]) grants[access](props.functions[step]);
    acknowledgeKeyUse(props.functions[step]);
  }
}

function grantReadAndPut(bucket: Bucket, step: SyncFunction): void {
  grantReadObjects(bucket, step);
  grantPutObjects(bucket, step);
}
