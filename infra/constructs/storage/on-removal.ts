import { RemovalPolicy } from 'aws-cdk-lib';

/**
 * What happens to a stage's data when its stack is deleted. `destroy` is for temporary stages: the table is
 * deleted with the stack. Empty the buckets first, because CloudFormation does not delete a bucket with
 * objects in it.
 */
export type OnRemoval = 'retain' | 'destroy';

export function removalPolicy(onRemoval: OnRemoval): RemovalPolicy {
  return onRemoval === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
