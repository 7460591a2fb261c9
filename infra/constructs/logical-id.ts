import { CfnElement, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The name that the construct's resource has in the template: cdk-nag names its findings by it. */
export function logicalId(construct: Construct): string {
  const resource = construct.node.defaultChild;
  if (!CfnElement.isCfnElement(resource))
    throw new Error(`${construct.node.path} is no resource of a template`);
  return Stack.of(construct).getLogicalId(resource);
}
