import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { FlowRoutes } from '../../../../lambdas/push/route-object/flow-routes.ts';
import { routeObject } from '../../../../lambdas/push/route-object/route-object.ts';
import { queueHandler } from '../../../../lambdas/runtime/queue-handler.ts';
import { refuseItem } from '../../../support/refusals.ts';
import { context, message } from '../../../unit/runtime/queue-invocation.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const now = () => new Date('2026-11-20T02:15:00Z');

beforeEach(() => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
});

/** Lets SQS reject the message about `b`. */
function rejectMessage(): void {
  const { middlewareStack } = stage.pushQueue.client;
  middlewareStack.add(
    (next) => async (request) => {
      if (!JSON.stringify(request.input).includes('/b\\"')) return await next(request);
      const Failed = [{ Id: '0', Code: 'InvalidMessageContents', Message: 'No.', SenderFault: true }];
      return { output: { Successful: [], Failed, $metadata: {} }, response: {} };
    },
    { step: 'initialize', name: 'rejecting' },
  );
  onTestFinished(() => void middlewareStack.remove('rejecting'));
}

it.each([
  ['whose item the table refuses', () => refuseItem(stage.table(), '"sk":"b"')],
  ['whose message SQS rejects', rejectMessage],
])('An event %s goes back to its queue alone, and the others of its batch are sent', async (_, refuse) => {
  const flow = stage.flow();
  const names = ['a', 'b', 'c'];
  const events = await Array.fromAsync(names, (name) => stage.put(`${flow.prefix}${name}`, name));
  const routes = new FlowRoutes(async () => ({ partners: [flow.partner], unreadable: [] }), Date.now);
  const handler = queueHandler({
    name: 'route-object',
    open: () => ({ [Symbol.asyncDispose]: async () => undefined }),
    process: async ({ body }) => {
      await routeObject(body, { table: stage.table(), pushQueue: stage.pushQueue, routes, now });
      return 'done';
    },
  });
  refuse();

  const Records = events.map((event, index) => message(names[index] ?? '', { body: JSON.stringify(event) }));
  const answer = await handler({ Records }, context);

  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
  expect(stage.sent(flow).map(({ delivery }) => delivery.key.slice(flow.prefix.length))).toEqual(['a', 'c']);
});
