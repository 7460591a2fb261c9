import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IGrantable, type IPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type {
  Environment,
  MonitorEnvironment,
  OperationsEnvironment,
  PushEnvironment,
} from '../../../lambdas/contract/environment.ts';
import { type FunctionName, functionName, logGroupName } from '../../../lambdas/contract/names.ts';
import { functionRuntime, type HandlerCode } from './handler-code.ts';

/**
 * A young generation of 4 MiB instead of 16 and more: what a transfer allocates is short-lived, and the
 * worker needs 80 MB less at the same speed (measured with test/bench/big/pull.ts).
 */
const nodeOptions = '--enable-source-maps --max-semi-space-size=4';

export interface FunctionSize {
  readonly timeout: Duration;
  /** In MB. */
  readonly memorySize: number;
}

export interface SyncFunctionProps {
  readonly stage: string;
  readonly name: FunctionName;
  /** The end of the function's description: `<name>, <purpose>`. */
  readonly purpose: string;
  readonly size: FunctionSize;
  readonly code: HandlerCode;
  readonly environment: Environment | PushEnvironment | OperationsEnvironment | MonitorEnvironment;
}

/**
 * A function with its own log group, kept for a month, and its own role, which can only write to that log.
 */
export class SyncFunction extends Construct implements IGrantable {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly grantPrincipal: IPrincipal;
  readonly timeout: Duration;

  constructor(scope: Construct, id: string, props: SyncFunctionProps) {
    super(scope, id);
    const { stage, name } = props;
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: logGroupName(stage, name),
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(this.role);
    this.grantPrincipal = this.role;
    this.timeout = props.size.timeout;
    this.function = new LambdaFunction(this, 'Function', {
      functionName: functionName(stage, name),
      description: `ftps-sync ${stage}: ${name}, ${props.purpose}`,
      code: props.code.asset(name),
      handler: 'index.handler',
      runtime: functionRuntime,
      architecture: Architecture.ARM_64,
      ...props.size,
      environment: { ...props.environment, NODE_OPTIONS: nodeOptions },
      role: this.role,
      logGroup,
    });
  }
}
