import { answerOf } from './fixture-clients.ts';
import { startFixture } from './fixture-stack.ts';

/** Holds the fixture stack in a process of its own, with one idle and one busy function, until it is killed. */
const stack = await startFixture(process.argv[2] ?? '');
const slow = { do: 'answer', afterMs: 300 };
const [one, two] = await Promise.all([answerOf(stack, slow), answerOf(stack, slow)]);
stack.start({ targetArn: stack.outputs.PullMachineArn ?? '', input: '{"do":"hang"}' });

const { endpoint, outputs } = stack;
process.stdout.write(`${JSON.stringify({ endpoint, outputs, pids: [one.pid, two.pid] })}\n`);
