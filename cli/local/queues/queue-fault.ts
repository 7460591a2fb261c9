import { ServiceFault } from '../endpoint/service-fault.ts';

/** Errors whose name in the query protocol is not `AWS.SimpleQueueService.` and their own name. */
const otherCodes: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  ReceiptHandleIsInvalid: 'ReceiptHandleIsInvalid',
  InvalidMessageContents: 'InvalidMessageContents',
  InvalidParameterValue: 'InvalidParameterValue',
  MissingParameter: 'MissingParameter',
  ResourceNotFoundException: 'ResourceNotFoundException',
};

/** An error of Amazon SQS (Amazon SQS API Reference, "Common Error Types" and the errors of each action). */
export function queueFault(type: string, message: string): ServiceFault {
  return new ServiceFault(type, message, otherCodes[type] ?? `AWS.SimpleQueueService.${type}`);
}
