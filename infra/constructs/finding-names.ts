import { CfnElement, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The logical id of the construct's resource: cdk-nag writes `<Id.Arn>` where a policy names the resource's ARN. */
export function logicalId(construct: Construct): string {
  const resource = construct.node.defaultChild;
  if (!CfnElement.isCfnElement(resource))
    throw new Error(`${construct.node.path} is no resource of a template`);
  return Stack.of(construct).getLogicalId(resource);
}

/**
 * An ARN up to its resource, as cdk-nag writes it: `arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>` in a stack for any
 * account and region, the real ones in a stack that names them.
 */
export function arnStart(scope: Construct, service: string): string {
  const { partition, region, account } = Stack.of(scope);
  const write = (value: string, name: string) => (Token.isUnresolved(value) ? `<AWS::${name}>` : value);
  return `arn:${write(partition, 'Partition')}:${service}:${write(region, 'Region')}:${write(account, 'AccountId')}`;
}
