import { ServiceError } from '../../endpoint/service-error.ts';

/** Errors whose name in the query protocol is not `AWS.SimpleQueueService.<name>`. */
const otherCodes: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  ReceiptHandleIsInvalid: 'ReceiptHandleIsInvalid',
  InvalidMessageContents: 'InvalidMessageContents',
  InvalidParameterValue: 'InvalidParameterValue',
  MissingParameter: 'MissingParameter',
  ResourceNotFoundException: 'ResourceNotFoundException',
};

/** An error of Amazon SQS (Amazon SQS API Reference, "Common Error Types" and the errors of each action). */
export function queueError(type: string, message: string): ServiceError {
  return new ServiceError(type, message, otherCodes[type] ?? `AWS.SimpleQueueService.${type}`);
}
