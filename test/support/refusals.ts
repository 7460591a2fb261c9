import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { type Bus, openBus } from '../../lambdas/events/bus.ts';
import type { Table } from '../../lambdas/ledger/table.ts';
import type { Bucket } from '../../lambdas/s3/bucket.ts';

/**
 * Refusals for good, each of one item, object or event, while the service takes all others. They last until
 * the end of the test; what refuses an object can be lifted before.
 */

/**
 * Lets DynamoDB refuse every write of an item whose request has this text.
 * @example refuseItem(table, '"sk":"a.csv"')
 */
export function refuseItem({ client: { middlewareStack } }: Table, text: string): void {
  middlewareStack.add(
    (next, { commandName = '' }) =>
      async (request) => {
        const isWrite = /^(Update|Put)/.test(commandName);
        if (!isWrite || !JSON.stringify(request.input).includes(text)) return await next(request);
        throw new DynamoDBServiceException({
          name: 'ValidationException',
          message: 'Item size has exceeded the maximum allowed size',
          $fault: 'client',
          $metadata: { httpStatusCode: 400 },
        });
      },
    { step: 'initialize', name: `refusing ${text}`, priority: 'high' },
  );
  onTestFinished(() => void middlewareStack.remove(`refusing ${text}`));
}

export interface ObjectRefusal {
  /** The operation that is refused; undefined: all. */
  readonly operation?: string;
  readonly code?: string;
  readonly status?: number;
}

/** Lets S3 refuse the requests about the keys that end so. @returns what lifts the refusal. */
export function refuseObject(
  { client: { middlewareStack } }: Bucket,
  ending: string,
  { operation, code = 'AccessDenied', status = 403 }: ObjectRefusal = {},
): () => void {
  const $metadata = { httpStatusCode: status };
  const answer = { name: code, message: 'No.', $fault: 'client', $metadata } as const;
  middlewareStack.add(
    (next, { commandName }) =>
      async (request) => {
        const isMeant = 'Key' in request.input && request.input.Key?.endsWith(ending) === true;
        const isRefused = isMeant && (operation === undefined || commandName === `${operation}Command`);
        if (!isRefused) return await next(request);
        throw new S3ServiceException(answer);
      },
    { step: 'build', name: `refusing ${ending}` },
  );
  const lift = () => void middlewareStack.remove(`refusing ${ending}`);
  onTestFinished(lift);
  return lift;
}

/** A bus that rejects every event. */
export function rejectingBus(): Bus {
  const bus = openBus();
  bus.client.middlewareStack.add(
    () => async () => {
      const Entries = [{ ErrorCode: 'InvalidArgument', ErrorMessage: 'The bus does not take it.' }];
      return { output: { FailedEntryCount: 1, Entries, $metadata: {} }, response: {} };
    },
    { step: 'initialize', name: 'rejecting' },
  );
  return bus;
}
