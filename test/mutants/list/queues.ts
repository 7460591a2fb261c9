import { type Mutant, mutantsOf } from '../mutant.ts';

/** In which order messages are processed, and which of them are deleted from their queue. */
export const queueMutants: readonly Mutant[] = [
  ...mutantsOf(
    'lambdas/runtime/queue-handler.ts',
    ['test/unit/runtime/queue-handler.test.ts', 'test/unit/runtime/queue-handler-time.test.ts'],
    [
      {
        name: 'Begins a message behind one of its group that failed',
        find: 'const mayBegin = !blocked.has(order) && ',
        replace: 'const mayBegin = ',
      },
      {
        name: 'Begins a message behind one of its order key that failed',
        find: '(key !== undefined && this.#keys.has(',
        replace: "(key === '' && this.#keys.has(",
      },
      {
        name: 'Deletes a message that failed',
        find: '      failures.push({ itemIdentifier: record.messageId });\n',
        replace: '',
      },
      {
        name: 'Deletes a message that could not be sent to the dead-letter queue',
        find: '      });\n      return false;',
        replace: '      });\n      return true;',
      },
      {
        name: 'Deletes a message that has more to do',
        find: "return result === 'done' ? undefined : retryAtOnce;",
        replace: 'return result === undefined ? retryAtOnce : undefined;',
      },
      {
        name: 'Begins a message without time to end it',
        find: ' && this.#deadline.remainingMs() >= neededMs;',
        replace: ' && neededMs >= 0;',
      },
      {
        name: 'Sends a redriven message with an id that SQS drops',
        find: 'group, deduplicationId: messageId }, error);',
        replace: "group, deduplicationId: attributes.MessageDeduplicationId ?? '' }, error);",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/push/push-file/delivery-error.ts',
    ['test/unit/push/push-file/delivery-error.test.ts'],
    [
      {
        name: 'Lets one file that fails stop all others of its group',
        find: "isFileError ? 'same-order-key' : 'group'",
        replace: "isFileError ? 'group' : 'group'",
      },
      {
        name: 'Tries the next file of a partner that cannot be reached',
        find: "isFileError ? 'same-order-key' : 'group'",
        replace: "isFileError ? 'same-order-key' : 'same-order-key'",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/push/route-object/route-object.ts',
    ['test/contract/push/route-object/route-object.test.ts'],
    [
      {
        name: 'Sends the message of an older event after that of a newer one',
        find: "=== 'stale') return 'stale';",
        replace: "=== undefined) return 'stale';",
      },
      {
        name: 'Drops an event because the cached partner files are old',
        find: "typeof cached === 'string' ? checkRoute(await dependencies.routes.findFreshRoute(key), key) : cached;",
        replace: 'cached;',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/queues/queue.ts',
    [
      'test/contract/push/route-object/refused-events.test.ts',
      'test/contract/push/reconcile/refused-objects.test.ts',
    ],
    [
      {
        name: 'Takes a message that SQS rejects as sent',
        find: 'if (rejected.length === 0) return;',
        replace: 'if (rejected.length >= 0) return;',
      },
      {
        name: 'Takes a message that SQS fails to take for a while as rejected for good',
        find: 'SenderFault !== true',
        replace: 'SenderFault === undefined',
      },
    ],
  ),
];
