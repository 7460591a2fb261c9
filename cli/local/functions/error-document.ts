/** A failed invocation as Lambda describes it; Step Functions' Retry and Catch look at the type. */
export interface ErrorDocument {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** The type is the error's name, as in Lambda's own runtime for Node. */
export function errorDocument(error: unknown): ErrorDocument {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n').filter((line) => line !== ''),
  };
}
