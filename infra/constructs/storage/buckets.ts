import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  CfnBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/**
 * Parts of an unfinished upload cost money and do not show up in listings. The clock starts with the upload,
 * and no upload that still makes progress takes a week.
 */
const abandonedUploadAge = Duration.days(7);

/** The lowest version that the FTPS side accepts too. */
const minimumTlsVersion = 1.2;

/** The retention of an execution's history in Step Functions: no run can be inspected for longer. */
const documentLifetime = Duration.days(90);

/**
 * A bucket that accepts TLS only, is never public, has no ACLs, encrypts its objects, aborts abandoned
 * uploads and outlives its stack. With `encryptionKey`, objects are encrypted under one data key for the
 * bucket, which saves a call to KMS for each object.
 */
class PrivateBucket extends Bucket {
  constructor(scope: Construct, id: string, props: BucketProps = {}) {
    const { lifecycleRules = [], ...given } = props;
    super(scope, id, {
      removalPolicy: RemovalPolicy.RETAIN,
      ...(given.encryptionKey === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, bucketKeyEnabled: true }),
      ...given,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: minimumTlsVersion,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [
        { id: 'abort-abandoned-uploads', abortIncompleteMultipartUploadAfter: abandonedUploadAge },
        ...lifecycleRules,
      ],
    });
    if (given.serverAccessLogsBucket === undefined) {
      Validations.of(this).acknowledge({
        id: 'AwsSolutions-S1',
        reason:
          'The ledger records every file that is pulled or pushed, and server access logs are delivered late and on a ' +
          'best-effort basis. To audit reads, enable CloudTrail data events for the account.',
      });
    }
  }
}

/**
 * Where pulled files arrive. Versioned: when a file changes at the partner, its object gets a new version and
 * the previous one stays readable.
 */
export class InboxBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, props: BucketProps = {}) {
    super(scope, id, { ...props, versioned: true });
  }
}

/**
 * What is pushed to partners. Versioned: each delivery sends one version. The bucket sends EventBridge an
 * event for every new object. The inbox is a separate bucket without events, so a pull never starts a push.
 */
export class OutboxBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, props: BucketProps = {}) {
    const { eventBridgeEnabled: _, ...given } = props;
    super(scope, id, { ...given, versioned: true });
    const resource = this.node.defaultChild;
    if (!CfnBucket.isCfnBucket(resource)) throw new Error(`${this.node.path} is not an AWS::S3::Bucket`);
    // `eventBridgeEnabled` of the L2 construct adds a Python function that sets this after the deploy.
    resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  }
}

/**
 * The documents of runs: listings, plans, outcomes and reports. They expire after 90 days; what must last
 * longer is in the ledger.
 */
export class RunsBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, props: BucketProps = {}) {
    const { lifecycleRules = [], ...given } = props;
    super(scope, id, {
      ...given,
      lifecycleRules: [{ id: 'expire-documents', expiration: documentLifetime }, ...lifecycleRules],
    });
  }
}
