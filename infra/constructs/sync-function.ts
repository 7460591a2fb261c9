import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IGrantable, type IPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type {
  Environment,
  OperationsEnvironment,
  PushEnvironment,
  WatchEnvironment,
} from '../../lambdas/contract/environment.ts';
import { type FunctionName, functionName, logGroupName } from '../../lambdas/contract/names.ts';
import { functionRuntime } from './function-runtime.ts';
import type { HandlerCode } from './handler-code.ts';

/**
 * Young objects get 4 MiB before they are collected, not 16 and more: what a transfer leaves behind is short-lived, and the worker
 * stays 80 MB smaller at the same speed (test/bench/big-pull.ts).
 */
const nodeOptions = '--enable-source-maps --max-semi-space-size=4';

/** What a function is given. Memory is in MB. */
export interface FunctionSize {
  readonly timeout: Duration;
  readonly memorySize: number;
}

export interface SyncFunctionProps {
  readonly stage: string;
  readonly name: FunctionName;
  /** Ends the sentence that begins with the function's name. */
  readonly purpose: string;
  readonly size: FunctionSize;
  readonly code: HandlerCode;
  readonly environment: Environment | PushEnvironment | OperationsEnvironment | WatchEnvironment;
}

/** A function with its own role, which may do nothing but write the function's own log, and that log, kept for a month. */
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
      description: `ftps-sync ${props.stage}: ${props.name}, ${props.purpose}`,
      code: props.code.of(props.name),
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
