import { CfnElement, Stack, Token } from 'aws-cdk-lib';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

/**
 * The parts of cdk-nag's finding ids, such as `AwsSolutions-IAM5[Resource::<CoreLedgerA1B2.Arn>/index/*]`.
 */

/**
 * The logical id of the construct's resource.
 * @throws Error when the construct is not a resource of the template.
 */
export function logicalId(construct: Construct): string {
  const resource = construct.node.defaultChild;
  if (!CfnElement.isCfnElement(resource))
    throw new Error(`${construct.node.path} is not a resource of the template`);
  return Stack.of(construct).getLogicalId(resource);
}

/**
 * The start of an ARN, up to its account. In an environment-agnostic stack cdk-nag writes
 * `arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>`, in a stack with a fixed environment the real
 * values.
 */
export function arnPrefix(scope: Construct, service: string): string {
  const { partition, region, account } = Stack.of(scope);
  const write = (value: string, name: string) => (Token.isUnresolved(value) ? `<AWS::${name}>` : value);
  return `arn:${write(partition, 'Partition')}:${service}:${write(region, 'Region')}:${write(account, 'AccountId')}`;
}

/**
 * The ARN of the machine's executions, without the name of one.
 * @param label of a Distributed Map, with a slash before it: the ARN of its child executions.
 */
export function executionArn(machine: StateMachine, label = ''): string {
  const machineName = `{"Fn::Select":[6,{"Fn::Split":[":",{"Ref":"${logicalId(machine)}"}]}]}`;
  return `${arnPrefix(machine, 'states')}:execution:${machineName}${label}`;
}
