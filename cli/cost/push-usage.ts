import { functionUsage } from './function-usage.ts';
import { objectsPerPage, secondsPerEntry, transitions, workSeconds } from './product-facts.ts';
import { rate } from './transfer-usage.ts';
import { gigabytes, sumOf, type Usage } from './usage.ts';

/**
 * One object, from its event to its record, alone in its messages: nothing is saved by batches. The PUT into the outbox is its
 * producer's.
 */
export function deliveryUsage(bytes: number): Usage {
  return sumOf(
    { 'eventbridge.event': 1 },
    // Sent by the rule, received, deleted; and the same for the delivery.
    { 'sqs.standard': 3, 'sqs.fifo': 3 },
    functionUsage('route-object', 1, 0),
    functionUsage('push-file', 1, pushedSeconds(bytes)),
    { 'secrets.call': 1 },
    // Claimed, renaming, delivered (lambdas/ledger/delivery-entries.ts); and a slot, taken and given back, after a look at
    // slots, limit and circuit.
    { 'dynamodb.write': 5, 'dynamodb.read': 4 },
    // Looked at before the upload and before the rename, and read.
    { 's3.read': 3 },
    { 'network.out': gigabytes(bytes) },
  );
}

/** A reconcile that finds everything delivered: a page of the outbox, and the entry of each of its objects. */
export function reconcileUsage(objects: number): Usage {
  const pages = Math.ceil(objects / objectsPerPage) + 1;
  const seconds = pages * secondsPerPage + objects * secondsPerEntry;
  const calls = Math.ceil(seconds / workSeconds);
  return sumOf(
    functionUsage('reconcile', calls, seconds),
    { 'stepFunctions.transition': transitions.reconcile + (calls - 1) * transitions.again, 'xray.trace': 1 },
    { 's3.write': pages, 'dynamodb.read': objects },
  );
}

/** A LIST, and ten BatchGetItem one after the other. */
const secondsPerPage = 0.2;

/** Upload, SIZE, rename: some ten round trips, besides the bytes. */
function pushedSeconds(bytes: number): number {
  return 2 * rate.secondsPerFile + bytes / rate.bytesPerSecond;
}
