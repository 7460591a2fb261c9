import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { tableKeys } from '../../lambdas/contract/names.ts';
import { type OnRemoval, removalPolicy } from './on-removal.ts';

export interface LedgerTableProps {
  readonly onRemoval: OnRemoval;
  /** Undefined: a key that DynamoDB owns. */
  readonly encryptionKey: IKey | undefined;
}

/**
 * The ledger: what was taken, by fingerprint, and the runs and leases (docs/architecture.md, 'The ledger').
 * Whoever loses it pulls everything a second time, hence the recovery to any second of the last 35 days.
 */
export class LedgerTable extends TableV2 {
  constructor(scope: Construct, id: string, props: LedgerTableProps) {
    const policy = removalPolicy(props.onRemoval);
    super(scope, id, {
      partitionKey: { name: tableKeys.partition, type: AttributeType.STRING },
      sortKey: { name: tableKeys.sort, type: AttributeType.STRING },
      timeToLiveAttribute: tableKeys.expiry,
      billing: Billing.onDemand(),
      encryption:
        props.encryptionKey === undefined
          ? TableEncryptionV2.dynamoOwnedKey()
          : TableEncryptionV2.customerManagedKey(props.encryptionKey),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: policy === RemovalPolicy.RETAIN,
      removalPolicy: policy,
    });
  }
}
