import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/**
 * The parts of an upload that nobody finishes cost money and are seen by nobody. A week is longer than any upload takes that
 * still goes on: the clock starts when the upload does.
 */
const abandonedUpload = Duration.days(7);

/** TLS 1.2 is the least that the partners' side asks for too. */
const minimumTlsVersion = 1.2;

/**
 * A bucket that answers over TLS alone, is never public, knows no ACLs, encrypts what it stores, aborts abandoned uploads and
 * outlives its stack. With `encryptionKey` it encrypts with that key, and with one data key for the bucket instead of one call
 * to KMS for each object.
 */
export class PrivateBucket extends Bucket {
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
        { id: 'abort-abandoned-uploads', abortIncompleteMultipartUploadAfter: abandonedUpload },
        ...lifecycleRules,
      ],
    });
    if (given.serverAccessLogsBucket === undefined) {
      Validations.of(this).acknowledge({
        id: 'AwsSolutions-S1',
        reason:
          'Every file that is pulled or pushed is in the ledger, and access logs come late and without promise. Who read ' +
          'what is asked of CloudTrail data events, which the account switches on for all its buckets at one place.',
      });
    }
  }
}
