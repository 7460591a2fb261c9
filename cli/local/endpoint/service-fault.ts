/**
 * An error answer of a service that speaks AWS JSON: clients read the name from `__type` and throw an error of that name.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization
 */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault';
  readonly type: string;
  /** The name that the error had in the AWS query protocol, where the service once spoke that: clients keep it as `Code`. */
  readonly queryCode: string | undefined;

  constructor(type: string, message: string, queryCode?: string) {
    super(message);
    this.type = type;
    this.queryCode = queryCode;
  }
}

/** What every service says to a call that it does not serve: an error, so that nothing is ignored. */
export function notServed(service: string, operation: string): ServiceFault {
  return new ServiceFault(
    'UnknownOperationException',
    `${service} ${operation} is not served by the local stack.`,
  );
}
