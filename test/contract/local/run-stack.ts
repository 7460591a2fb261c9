import { callStep } from './fixture-clients.ts';
import { startFixture } from './fixture-stack.ts';

/**
 * Runs the fixture stack in a separate process, with one idle and one running function, until it is killed.
 */
const stack = await startFixture(process.argv[2] ?? '');
const slow = { do: 'answer', afterMs: 300 };
const [one, two] = await Promise.all([callStep(stack, slow), callStep(stack, slow)]);
stack.start({ targetArn: stack.outputs.PullMachineArn ?? '', input: '{"do":"hang"}' });

const { endpoint, outputs } = stack;
process.stdout.write(`${JSON.stringify({ endpoint, outputs, pids: [one.pid, two.pid] })}\n`);
