import type { SendMessageBatchCommandOutput } from '@aws-sdk/client-sqs';
import { expect, it, onTestFinished } from 'vitest';
import { firstReconcileCursor } from '../../../../lambdas/contract/events/delivery.ts';
import { reconcile } from '../../../../lambdas/push/reconcile/reconcile.ts';
import { refuseObject } from '../../../support/refusals.ts';
import { silentLog } from '../../../support/silent-log.ts';
import { endless } from '../../../support/test-connections.ts';
import { type TestFlow, usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const at = new Date('2026-11-20T02:15:00Z');

/** A flow with objects a, b and c that were never sent. */
async function startThree(): Promise<TestFlow> {
  const flow = stage.flow();
  for (const name of ['a', 'b', 'c']) await stage.put(`${flow.prefix}${name}`, name);
  return flow;
}

/** A whole reconcile, in one call. */
function reconcileOnce(flow: TestFlow, execution: string) {
  const input = { ...flow.name, execution: { id: execution, startedAt: at }, cursor: firstReconcileCursor };
  return reconcile(input, {
    table: stage.table(),
    outbox: stage.outbox,
    pushQueue: stage.pushQueue,
    readPartner: async () => flow.partner,
    deadline: { ...endless(new AbortController().signal), clear: () => undefined },
    log: silentLog,
    now: () => at,
  });
}

function sent(flow: TestFlow): string[] {
  return stage.sent(flow).map(({ delivery }) => delivery.key.slice(flow.prefix.length));
}

/** Lets SQS reject the messages about the keys that end so. */
function rejectMessages(ending: string, SenderFault: boolean): void {
  const { middlewareStack } = stage.pushQueue.client;
  middlewareStack.add(
    (next) => async (request) => {
      if (!('Entries' in request.input)) return await next(request);
      const all = (request.input.Entries ?? []).map((entry) => ({ MessageBody: '', ...entry }));
      const isRejected = ({ MessageBody }: { MessageBody: string | undefined }) =>
        (MessageBody ?? '').includes(`${ending}"`);
      const taken = { ...request.input, Entries: all.filter((entry) => !isRejected(entry)) };
      const answer = await next({ ...request, input: taken });
      const Failed = all
        .filter(isRejected)
        .map(({ Id }) => ({ Id, Code: 'InvalidMessageContents', Message: 'No.', SenderFault }));
      return { ...answer, output: { ...(answer.output as SendMessageBatchCommandOutput), Failed } };
    },
    { step: 'initialize', name: 'rejecting' },
  );
  onTestFinished(() => void middlewareStack.remove('rejecting'));
}

it('An object that S3 refuses to show is in attention, the others are sent, and the next reconcile sends it', async () => {
  const flow = await startThree();
  const lift = refuseObject(stage.outbox, '/b', { operation: 'HeadObject', code: '403' });

  const end = await reconcileOnce(flow, 'one');
  const [first, open] = [sent(flow), await stage.issues(flow)];
  lift();
  await reconcileOnce(flow, 'two');

  expect(end).toMatchObject({ done: true, listed: 3, enqueued: 2 });
  expect(first).toEqual(['a', 'c']);
  expect(open).toMatchObject([{ path: 'b', error: 'storage', message: expect.stringContaining('head ') }]);
  expect(sent(flow)).toContain('b');
});

it('An object whose message SQS rejects is in attention, and the others are sent', async () => {
  const flow = await startThree();
  rejectMessages('/b', true);

  const end = await reconcileOnce(flow, 'one');

  expect(end).toMatchObject({ done: true, listed: 3, enqueued: 2 });
  expect(sent(flow)).toEqual(['a', 'c']);
  expect(await stage.issues(flow)).toMatchObject([
    { path: 'b', error: 'not-queued', message: expect.stringMatching(/InvalidMessageContents.*another key/) },
  ]);
});

it('A message that SQS fails to take for a while fails the step, which sends all again', async () => {
  const flow = await startThree();
  rejectMessages('/b', false);

  await expect(reconcileOnce(flow, 'one')).rejects.toThrow('did not take a message');

  expect(await stage.issues(flow)).toEqual([]);
});

it.each(['\ufffe', '\uffff'])('A key with %j, which no message may have, is sent', async (character) => {
  const flow = stage.flow();
  const key = `${flow.prefix}a${character}`;
  await stage.put(key, 'content');

  await reconcileOnce(flow, 'one');

  expect(stage.sent(flow).map(({ delivery }) => delivery.key)).toEqual([key]);
});
