/**
 * An error of the States Language: a name that Retry and Catch match, and a cause for people.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export class StatesError extends Error {
  override readonly name = 'StatesError';
  readonly errorName: string;

  constructor(errorName: string, causeText: string) {
    super(causeText);
    this.errorName = errorName;
  }
}

/** Errors that always end the execution: not even States.ALL matches them. */
export const terminalErrors = { runtime: 'States.Runtime', tooLarge: 'States.DataLimitExceeded' } as const;

export const timeoutError = 'States.Timeout';

/** Whether an ErrorEquals list matches the error. */
export function matchesError(errorEquals: readonly string[], errorName: string): boolean {
  if (errorName === terminalErrors.runtime || errorName === terminalErrors.tooLarge) return false;
  return errorEquals.some(
    (each) =>
      each === errorName ||
      each === 'States.ALL' ||
      (each === 'States.TaskFailed' && errorName !== timeoutError),
  );
}
