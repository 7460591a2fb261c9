import { Duration } from 'aws-cdk-lib';
import type { BucketProps } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { PrivateBucket } from './private-bucket.ts';

/** As long as Step Functions keeps an execution's history: afterwards there is no run left to look into. */
const documentLifetime = Duration.days(90);

/** The documents of the runs: listings, plans, outcomes and reports. What must outlast them is in the ledger. */
export class RunsBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, props: BucketProps = {}) {
    const { lifecycleRules = [], ...given } = props;
    super(scope, id, {
      ...given,
      lifecycleRules: [{ id: 'expire-documents', expiration: documentLifetime }, ...lifecycleRules],
    });
  }
}
