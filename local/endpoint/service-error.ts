/**
 * An error response in AWS JSON. Clients read the name from `__type` and throw an error with that name.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly type: string;
  /**
   * The error's name in the AWS query protocol, for a service that used it before: clients expose it as
   * `Code`.
   */
  readonly queryCode: string | undefined;

  constructor(type: string, message: string, queryCode?: string) {
    super(message);
    this.type = type;
    this.queryCode = queryCode;
  }
}

/** The response to an operation that the local stack does not serve. */
export function unknownOperation(service: string, operation: string): ServiceError {
  return new ServiceError(
    'UnknownOperationException',
    `The local stack does not serve ${service} ${operation}.`,
  );
}
