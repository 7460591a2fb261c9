/**
 * The result of one call of a function. The payload is JSON text; of a failed call, Lambda's error document.
 * Lambda itself answers a refused call, and the function is not invoked.
 */
export type FunctionAnswer =
  | { readonly kind: 'returned'; readonly payload: string }
  | { readonly kind: 'failed'; readonly errorType: string; readonly payload: string }
  | { readonly kind: 'refused'; readonly error: LambdaError; readonly payload: string };

/** The errors of Lambda's Invoke that the local stack answers with. */
export type LambdaError = 'TooManyRequestsException' | 'ServiceException';

/** Calls the function with this ARN or name. Also resolves when the function fails or Lambda refuses. */
export type CallFunction = (functionArn: string, payload: string) => Promise<FunctionAnswer>;

/** Whether Lambda has refused the call because the account's concurrency is used up. */
export function isThrottled(answer: FunctionAnswer): boolean {
  return answer.kind === 'refused' && answer.error === 'TooManyRequestsException';
}

/**
 * Lambda's answer to a call that it does not make.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
 */
export function refuse(error: LambdaError): FunctionAnswer {
  const document =
    error === 'TooManyRequestsException'
      ? { Type: 'User', message: 'Rate Exceeded.', Reason: 'ConcurrentInvocationLimitExceeded' }
      : { Type: 'Service', message: 'The service encountered an internal error.' };
  return { kind: 'refused', error, payload: JSON.stringify(document) };
}
