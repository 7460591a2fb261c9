import type { Operations } from '../../endpoint/aws-json.ts';
import { moveOperations } from './move-operations.ts';
import { queueOperations } from './queue-operations.ts';
import type { QueueService } from './queue-service.ts';
import { receiptOperations } from './receipt-operations.ts';
import { receiveOperations } from './receive-operations.ts';
import { sendOperations } from './send-operations.ts';

/**
 * Amazon SQS in its JSON protocol, with the queues of the template. Not served: creating, changing and
 * deleting queues, message attributes, and access policies. Counts are exact, and a receive finds every
 * visible message, where the service is approximate.
 */
export function sqsOperations(service: QueueService): Operations {
  return {
    ...queueOperations(service),
    ...sendOperations(service),
    ...receiveOperations(service),
    ...receiptOperations(service),
    ...moveOperations(service),
  };
}
