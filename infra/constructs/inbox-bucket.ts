import type { BucketProps } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { PrivateBucket } from './private-bucket.ts';

/**
 * Where pulled files arrive. Versioned: a file that changed at the partner becomes a new version of its object, and the one
 * before stays readable.
 */
export class InboxBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, props: BucketProps = {}) {
    super(scope, id, { ...props, versioned: true });
  }
}
