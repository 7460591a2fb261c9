import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { tableKeys } from '../../../lambdas/contract/names.ts';
import { type OnRemoval, removalPolicy } from './on-removal.ts';

export interface LedgerTableProps {
  readonly onRemoval: OnRemoval;
  /** Undefined: a key owned by DynamoDB. */
  readonly encryptionKey: IKey | undefined;
}

/**
 * The index of open items, and the attributes that put an item into it (lambdas/ledger/alerts/attention.ts).
 */
const attention = { index: 'attention', partition: 'attention', sort: 'attentionAt' } as const;

/**
 * The ledger: imported files by fingerprint, deliveries, runs and leases (docs/architecture.md, 'The
 * ledger'). Without it every file is pulled and pushed a second time, so point-in-time recovery covers the
 * last 35 days.
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
