import { once } from 'node:events';
import { type LocalStackOptions, startLocalStack } from '../../../local/local-stack.ts';
import { runSchedules } from '../../../local/scheduler/run-schedules.ts';
import type { CommandGroup } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { localUpCommand } from '../../stage/with-stage.ts';

export const command: CommandGroup = {
  name: 'local',
  summary: 'run the local stack',
  subcommands: [
    {
      usage: 'up',
      summary: 'start the local stack and keep it running',
      description:
        'Start the local stack with its schedules and keep it running until Ctrl-C. ' +
        'Prints its endpoint and environment as one line of JSON; other commands use it while it runs.',
      options: [
        {
          flags: '--function-time <seconds>',
          description:
            'shorten the timeout of every function, to see how work is split (default: as deployed)',
        },
        {
          flags: '--concurrency <count>',
          description:
            'how many functions run at the same time; further calls are throttled, as in an account at its ' +
            'limit (default: what fits into three quarters of the memory)',
        },
        ...commonOptions,
      ],
      action: (invocation) =>
        localUp(invocation.commonOptions(), {
          functionSeconds: invocation.count('function-time', 1),
          maxConcurrency: invocation.count('concurrency', 1),
        }),
    },
  ],
};

async function localUp(
  options: CommonOptions,
  limits: Pick<LocalStackOptions, 'functionSeconds' | 'maxConcurrency'>,
): Promise<ExitCode> {
  const note = options.output.note;
  const stack = await startLocalStack({
    ...options,
    stage: options.stageName,
    command: localUpCommand,
    ...limits,
    onProgress: note,
  });
  const stop = new AbortController();
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => stop.abort());
  const { endpoint, environment, outputs, logsFolder } = stack;
  process.stdout.write(`${JSON.stringify({ endpoint, environment, outputs, logsFolder })}\n`);
  const schedules = runSchedules(stack, {
    now: () => new Date(),
    signal: stop.signal,
    onFiring: ({ name }) => note(`${new Date().toISOString()} schedule ${name} starts a run`),
  });
  note(`Running with ${stack.schedules.length} schedules. Press Ctrl-C to stop.`);
  await stopped;
  await schedules;
  await stack.close();
  return exitCodes.done;
}
