import { functionUsage } from './function-usage.ts';
import { objectsPerPage, secondsPerEntry, transitions, workSeconds } from './product-facts.ts';
import { rate } from './transfer-usage.ts';
import { gigabytes, sumUsages, type Usage } from './usage.ts';

/**
 * The delivery of one object, from its event to its record, with one object per message batch. Without the
 * PUT of the object, which belongs to its producer.
 */
export function deliveryUsage(bytes: number): Usage {
  return sumUsages(
    { 'eventbridge.event': 1 },
    // Send by the rule, receive, delete; and the same for the delivery.
    { 'sqs.standard': 3, 'sqs.fifo': 3 },
    functionUsage('route-object', 1, 0),
    functionUsage('push-file', 1, pushedSeconds(bytes)),
    { 'secrets.call': 1 },
    // Writes claimed, the lease (which reads the entry too), renaming and delivered, and acquires and
    // releases a slot. Reads the slots, the limit and the circuit.
    { 'dynamodb.write': 6, 'dynamodb.read': 3 },
    // A HEAD before the upload and before the rename, and the GET.
    { 's3.read': 3 },
    { 'network.out': gigabytes(bytes) },
  );
}

/** A reconcile that finds everything delivered: lists the outbox, and reads the entry of each object. */
export function reconcileUsage(objects: number): Usage {
  const pages = Math.ceil(objects / objectsPerPage) + 1;
  const seconds = pages * secondsPerPage + objects * secondsPerEntry;
  const calls = Math.ceil(seconds / workSeconds);
  return sumUsages(
    functionUsage('reconcile', calls, seconds),
    {
      'stepFunctions.transition': transitions.reconcile + (calls - 1) * transitions.repeat,
      'xray.trace': 1,
    },
    { 's3.write': pages, 'dynamodb.read': objects },
  );
}

/** A LIST, then ten BatchGetItem in sequence. */
const secondsPerPage = 0.2;

/** Upload, SIZE, rename: about ten round trips, in addition to the bytes. */
function pushedSeconds(bytes: number): number {
  return 2 * rate.secondsPerFile + bytes / rate.bytesPerSecond;
}
