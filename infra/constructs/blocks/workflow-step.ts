import { Duration } from 'aws-cdk-lib';
import { Errors, Fail, JitterType, type TaskInput, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { busyErrorName, transientErrorName } from '../../../lambdas/contract/workflow.ts';
import type { SyncFunction } from './sync-function.ts';

/**
 * Up to 20, 40 and 80 seconds. With full jitter, the retries of many runs do not reach a partner all at once.
 */
const backoff = {
  interval: Duration.seconds(20),
  backoffRate: 2,
  maxDelay: Duration.seconds(120),
  jitterStrategy: JitterType.FULL,
};

/**
 * Errors of Lambda itself, and functions that died without a response.
 * https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
 */
const lambdaErrors = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  // Out of memory, or lost with its host.
  'Runtime.ExitError',
  'Sandbox.Timedout',
  'States.Timeout',
];

const throttledErrorName = 'Lambda.TooManyRequestsException';

/** How long a response may take to arrive after the function's own timeout. */
const responseDelay = Duration.minutes(1);

/**
 * Other flows hold all connections of the partner: the step has waited for half of its time, and is called
 * again until the workflow times out.
 */
const busyRetry = {
  interval: Duration.seconds(5),
  backoffRate: 1,
  maxAttempts: 99_999,
  jitterStrategy: JitterType.FULL,
};

/**
 * The concurrency of the account is used up, by this stage or by anything else: the function was not invoked,
 * and nothing about the step is wrong. It is called again until the workflow times out, so that a crowded
 * hour costs time and not the run. At half a minute between calls on average, a day of them stays within the
 * 25,000 events of an execution. Full jitter spreads the runs that were throttled together.
 * https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
 */
const throttledRetry = {
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxDelay: Duration.seconds(60),
  maxAttempts: 99_999,
  jitterStrategy: JitterType.FULL,
};

export interface WorkflowStepProps {
  readonly function: SyncFunction;
  readonly payload: TaskInput;
  readonly resultPath: string;
}

/**
 * A task state that invokes a function and stores its response at `resultPath`. It retries while the partner
 * is busy or Lambda throttles, three times after a transient error and twice after another error of Lambda.
 * Any other error, permanent errors included, is not retried: no retrier names it.
 */
export function createStep(scope: Construct, name: string, props: WorkflowStepProps): LambdaInvoke {
  const { function: lambdaFunction, timeout } = props.function;
  const step = LambdaInvoke.jsonPath(scope, name, {
    lambdaFunction,
    payload: props.payload,
    resultPath: props.resultPath,
    payloadResponseOnly: true,
    retryOnServiceExceptions: false,
    taskTimeout: Timeout.duration(timeout.plus(responseDelay)),
  });
  step.addRetry({ errors: [busyErrorName], ...busyRetry });
  step.addRetry({ errors: [throttledErrorName], ...throttledRetry });
  step.addRetry({ errors: [transientErrorName], maxAttempts: 3, ...backoff });
  step.addRetry({ errors: lambdaErrors, maxAttempts: 2, ...backoff });
  return step;
}

/** Adds a Fail state of that name, which ends the execution with the error and cause of the step. */
export function failAs(scope: Construct, name: string, step: LambdaInvoke): void {
  const failed = Fail.jsonPath(scope, name, { errorPath: '$.error.Error', causePath: '$.error.Cause' });
  step.addCatch(failed, { errors: [Errors.ALL], resultPath: '$.error' });
}
