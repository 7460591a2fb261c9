import { once } from 'node:events';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { startLocalStack } from '../local/local-stack.ts';
import { runSchedules } from '../local/run-schedules.ts';
import type { CommonOptions } from '../options.ts';
import { localUpCommand } from '../with-stage.ts';

/** `local up`: the local stack with its schedules, until SIGINT or SIGTERM. Its endpoint and settings are one JSON document. */
export async function localUp(
  options: CommonOptions,
  functionSeconds: number | undefined,
): Promise<ExitCode> {
  const note = options.output.note;
  const stack = await startLocalStack({
    ...options,
    stage: options.stageName,
    command: localUpCommand,
    functionSeconds,
    onProgress: note,
  });
  const stop = new AbortController();
  const asked = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => stop.abort());
  const { endpoint, environment, outputs, logsFolder } = stack;
  process.stdout.write(`${JSON.stringify({ endpoint, environment, outputs, logsFolder })}\n`);
  const schedules = runSchedules(stack, {
    now: () => new Date(),
    signal: stop.signal,
    onFiring: ({ name }) => note(`${new Date().toISOString()} schedule ${name} starts its run`),
  });
  note(`Running, with ${stack.schedules.length} schedules. Stop with Ctrl-C.`);
  await asked;
  await schedules;
  await stack.close();
  return exitCodes.done;
}
