import { queueClientOf } from './queue-client.ts';
import { startQueueStack } from './queue-stack.ts';

/**
 * Holds the fixture's queues in a process of its own until it is killed: with one message in flight at a client, one at a
 * function, and others behind them.
 */
const stack = await startQueueStack(process.argv[2] ?? '');
const queues = queueClientOf(stack);
await queues.sendOrdered('Line', 'g', ['1', '2', '3']);
await queues.send('Line', 'once', { MessageGroupId: 'h', MessageDeduplicationId: 'same' });
const [first] = await queues.receive('Line', { MaxNumberOfMessages: 1 });
await queues.sendOrdered('Ordered', 'g', [
  JSON.stringify({ name: 'a', lingerMs: 3000 }),
  JSON.stringify({ name: 'b' }),
]);
process.stdout.write(`${JSON.stringify({ inFlight: first?.Body })}\n`);
