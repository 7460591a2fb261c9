import { RemovalPolicy } from 'aws-cdk-lib';

/**
 * What becomes of a stage's data when its stack is deleted. `destroy` is for stages that are tried out and thrown away:
 * the table goes with the stack; a bucket has to be emptied first, because CloudFormation deletes no bucket with objects.
 */
export type OnRemoval = 'retain' | 'destroy';

export function removalPolicy(onRemoval: OnRemoval): RemovalPolicy {
  return onRemoval === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
