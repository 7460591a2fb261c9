import { Duration } from 'aws-cdk-lib';
import { Errors, Fail, JitterType, type TaskInput, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { busyErrorName, transientErrorName } from '../../lambdas/contract/workflow.ts';
import type { SyncFunction } from './sync-function.ts';

/** Grows to 20, 40 and 80 seconds at most, each time at random below that: many runs do not come back to a partner at once. */
const backOff = {
  interval: Duration.seconds(20),
  backoffRate: 2,
  maxDelay: Duration.seconds(120),
  jitterStrategy: JitterType.FULL,
};

/**
 * What Lambda itself does wrong, and a function that ended without an answer.
 * https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
 */
const lambdaFaults = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  // Out of memory, or killed with the machine it ran on.
  'Runtime.ExitError',
  'Sandbox.Timedout',
  'States.Timeout',
];

/** How long an answer may be overdue once the function's own timeout has ended it. */
const answerOverdue = Duration.minutes(1);

/**
 * A partner whose connections other flows have is waited for: a step waits by itself for half of its time, and then comes back here.
 * It ends with the workflow's own timeout.
 */
const whileBusy = {
  interval: Duration.seconds(5),
  backoffRate: 1,
  maxAttempts: 99_999,
  jitterStrategy: JitterType.FULL,
};

export interface WorkflowStepProps {
  readonly function: SyncFunction;
  readonly payload: TaskInput;
  readonly resultPath: string;
}

/**
 * A state that calls a function and takes what it returns. A busy partner is waited for; a transient fault is tried three times
 * more and a fault of Lambda twice; every other error, a permanent fault among them, at no time, because no retrier names it.
 */
export function createStep(scope: Construct, name: string, props: WorkflowStepProps): LambdaInvoke {
  const { function: lambdaFunction, timeout } = props.function;
  const step = LambdaInvoke.jsonPath(scope, name, {
    lambdaFunction,
    payload: props.payload,
    resultPath: props.resultPath,
    payloadResponseOnly: true,
    retryOnServiceExceptions: false,
    taskTimeout: Timeout.duration(timeout.plus(answerOverdue)),
  });
  step.addRetry({ errors: [busyErrorName], ...whileBusy });
  step.addRetry({ errors: [transientErrorName], maxAttempts: 3, ...backOff });
  step.addRetry({ errors: lambdaFaults, maxAttempts: 2, ...backOff });
  return step;
}

/** Ends the execution as failed, with the step's own error and cause, in a state of that name. */
export function failAs(scope: Construct, name: string, step: LambdaInvoke): void {
  const failed = Fail.jsonPath(scope, name, { errorPath: '$.error.Error', causePath: '$.error.Cause' });
  step.addCatch(failed, { errors: [Errors.ALL], resultPath: '$.error' });
}
