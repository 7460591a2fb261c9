import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { tableKeys } from '../../lambdas/contract/names.ts';
import { type OnRemoval, removalPolicy } from './on-removal.ts';

export interface LedgerTableProps {
  readonly onRemoval: OnRemoval;
  /** Undefined: a key that DynamoDB owns. */
  readonly encryptionKey: IKey | undefined;
}

/** The index of what needs a person, and the attributes that put an item into it (lambdas/ledger/attention.ts). */
const attention = { index: 'attention', partition: 'attention', sort: 'attentionAt' } as const;

/**
 * The ledger: what was taken, by fingerprint, what was delivered, and the runs and leases (docs/architecture.md, 'The ledger').
 * Whoever loses it pulls and pushes everything a second time, hence the recovery to any second of the last 35 days.
 */
export class LedgerTable extends TableV2 {
  constructor(scope: Construct, id: string, props: LedgerTableProps) {
    const policy = removalPolicy(props.onRemoval);
    super(scope, id, {
      partitionKey: { name: tableKeys.partition, type: AttributeType.STRING },
      sortKey: { name: tableKeys.sort, type: AttributeType.STRING },
      timeToLiveAttribute: tableKeys.expiry,
      globalSecondaryIndexes: [
        {
          indexName: attention.index,
          partitionKey: { name: attention.partition, type: AttributeType.STRING },
          sortKey: { name: attention.sort, type: AttributeType.STRING },
          projectionType: ProjectionType.ALL,
        },
      ],
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
