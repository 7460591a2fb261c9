import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IGrantable, type IPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Environment } from '../../lambdas/contract/environment.ts';
import type { PullStep } from '../../lambdas/contract/names.ts';

const root = join(import.meta.dirname, '../..');

/**
 * What a step is given. The steps that talk to a partner have all the time there is, and stop by themselves before it is over.
 * Memory is in MB. Lambda gives processor and network by memory, a whole processor at 1,769 MB: moving bytes (TLS in, checksum, TLS out) gains
 * from 1,024 MB, waiting for a partner's replies does not.
 */
const sizes: Readonly<Record<PullStep, { readonly timeout: Duration; readonly memorySize: number }>> = {
  'start-run': { timeout: Duration.minutes(1), memorySize: 512 },
  'list-remote': { timeout: Duration.minutes(15), memorySize: 512 },
  'plan-run': { timeout: Duration.minutes(5), memorySize: 512 },
  'transfer-batch': { timeout: Duration.minutes(15), memorySize: 1024 },
  'post-process': { timeout: Duration.minutes(15), memorySize: 512 },
  'finish-run': { timeout: Duration.minutes(5), memorySize: 512 },
};

const bundling: BundlingOptions = {
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  // Not the SDK that the runtime happens to bring: the one that was tested.
  bundleAwsSDK: true,
  minify: true,
  // The workflow's Retry goes by the names of errors, and people by those in a stack trace.
  keepNames: true,
  sourceMap: true,
  sourcesContent: false,
  // Some dependencies are CommonJS and call require, which an ES module does not have.
  banner:
    "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
};

/**
 * Young objects get 4 MiB before they are collected, not 16 and more: what a transfer leaves behind is short-lived, and the worker
 * stays 80 MB smaller at the same speed (test/bench/big-pull.ts).
 */
const nodeOptions = '--enable-source-maps --max-semi-space-size=4';

export interface PullFunctionProps {
  readonly stage: string;
  readonly step: PullStep;
  readonly environment: Environment;
}

/**
 * One step of the pull as a function: `lambdas/pull/<step>.handler.ts` in one file with all it needs, its own role that may
 * do nothing but write its own log, and that log, kept for a month.
 */
export class PullFunction extends Construct implements IGrantable {
  readonly function: NodejsFunction;
  readonly role: Role;
  readonly grantPrincipal: IPrincipal;
  readonly timeout: Duration;

  constructor(scope: Construct, id: string, props: PullFunctionProps) {
    super(scope, id);
    const functionName = `ftps-sync-${props.stage}-${props.step}`;
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(this.role);
    this.grantPrincipal = this.role;
    this.timeout = sizes[props.step].timeout;
    this.function = new NodejsFunction(this, 'Function', {
      functionName,
      description: `ftps-sync ${props.stage}: ${props.step}, a step of the pull`,
      entry: join(root, 'lambdas/pull', `${props.step}.handler.ts`),
      handler: 'handler',
      projectRoot: root,
      depsLockFilePath: join(root, 'package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      ...sizes[props.step],
      environment: { ...props.environment, NODE_OPTIONS: nodeOptions },
      role: this.role,
      logGroup,
      bundling,
    });
  }
}
