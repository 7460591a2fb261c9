import { type BucketProps, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { PrivateBucket } from './private-bucket.ts';

/**
 * What is pushed to partners. Versioned: a delivery is of one version, and a newer one has its own. It tells EventBridge of
 * every object; the inbox, which is another bucket, tells nobody, so that a pull never starts a push.
 */
export class OutboxBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, props: BucketProps = {}) {
    const { eventBridgeEnabled: _, ...given } = props;
    super(scope, id, { ...given, versioned: true });
    const resource = this.node.defaultChild;
    if (!CfnBucket.isCfnBucket(resource)) throw new Error(`${this.node.path} is no bucket of a template`);
    // The L2's own switch would add a function, in Python, that sets this after the deploy.
    resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  }
}
