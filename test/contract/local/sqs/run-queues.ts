import { startQueueStack } from '../queue-stack.ts';
import { createQueueClient } from './queue-client.ts';

/**
 * Runs the fixture's queues in a separate process until it is killed, with one message in flight at a client,
 * one at a function, and others after them.
 */
const stack = await startQueueStack(process.argv[2] ?? '');
const queues = createQueueClient(stack);
await queues.sendOrdered('Line', 'g', ['1', '2', '3']);
await queues.send('Line', 'once', { MessageGroupId: 'h', MessageDeduplicationId: 'same' });
const [first] = await queues.receive('Line', { MaxNumberOfMessages: 1 });
await queues.sendOrdered('Ordered', 'g', [
  JSON.stringify({ name: 'a', lingerMs: 3000 }),
  JSON.stringify({ name: 'b' }),
]);
process.stdout.write(`${JSON.stringify({ inFlight: first?.Body })}\n`);
