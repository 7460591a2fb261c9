import { clientEnvironment } from '../../local/account/local-account.ts';
import { stackInputs } from '../../local/cdk-synth/stack-inputs.ts';
import { type LocalStackOptions, startLocalStack } from '../../local/local-stack.ts';
import { readLock } from '../../local/lock.ts';
import type { CommonOptions } from '../args/common-options.ts';
import { stageOperator } from './operator.ts';
import { poll } from './poll.ts';
import { findStage, type Stage } from './stage.ts';

/**
 * Runs the work on the stage that the options name. A local stage is started for the work, unless `local up`
 * runs it already. It delivers nothing that is queued: a command that only reads must not start a delivery,
 * and must not interrupt one when it ends.
 * @param command its name in the lock of the data folder, for other commands that want the folder.
 * @throws DataFolderBusyError when another command uses the local stage; CommandError when the stage is not
 * found.
 */
export function withStage<T>(
  options: CommonOptions,
  command: string,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  return onStage(options, { command, eventSourceMappings: 'disabled' }, work);
}

/** The same for commands that wait for deliveries: a local stage delivers what is queued. */
export function withDeliveringStage<T>(
  options: CommonOptions,
  command: string,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  return onStage(options, { command, eventSourceMappings: 'enabled' }, work);
}

async function onStage<T>(
  options: CommonOptions,
  purpose: Pick<LocalStackOptions, 'command' | 'eventSourceMappings'>,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  if (options.target === 'aws') return await onRunningStage(options, work);
  const running = await runningStack(options);
  if (running !== undefined) {
    if (running.inputs !== stackInputs({ ...options, stage: options.stageName }))
      options.output.note(otherInputsText(options));
    useEnvironment(clientEnvironment(running.endpoint));
    return await onRunningStage(options, work);
  }
  const stack = await startLocalStack({
    ...options,
    ...purpose,
    stage: options.stageName,
    onProgress: options.output.note,
  });
  let interrupted: Promise<unknown> | undefined;
  using _signals = onInterruption((exitCode) => {
    options.output.note('Interrupted: the local stack stops. What it was doing continues with the next run.');
    interrupted = stack.close().finally(() => process.exit(exitCode));
  });
  try {
    useEnvironment(stack.environment);
    return await work(await findStage(options.stageName));
  } finally {
    // Work on a stack that is being closed fails: the interruption decides the exit code, not that failure.
    await (interrupted ?? stack.close());
  }
}

/** A stage that does not end with this command. */
async function onRunningStage<T>(options: CommonOptions, work: (stage: Stage) => Promise<T>): Promise<T> {
  using _signals = onInterruption((exitCode) => {
    options.output.note(
      "Interrupted: only this command ends. What the stage has begun goes on; 'status' shows it.",
    );
    process.exit(exitCode);
  });
  const isDeployed = options.target === 'aws';
  return await work(await findStage(options.stageName, ...(isDeployed ? [stageOperator] : [])));
}

/** @param end receives the exit code of the signal. Disposing stops listening. */
function onInterruption(end: (exitCode: number) => void): Disposable {
  const stop = (signal: keyof typeof interruptedExitCodes) => end(interruptedExitCodes[signal]);
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return {
    [Symbol.dispose]: () => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
    },
  };
}

/** The stack that `local up` serves, once it has started; undefined where it does not run. */
async function runningStack({
  dataFolder,
  output,
}: CommonOptions): Promise<{ readonly endpoint: string; readonly inputs: string | undefined } | undefined> {
  let hasNoted = false;
  const found = await poll(
    async () => {
      const lock = readLock(dataFolder);
      if (lock?.command !== localUpCommand) return 'none';
      if (lock.endpoint !== undefined) return { endpoint: lock.endpoint, inputs: lock.inputs };
      if (!hasNoted) output.note(`Waiting for '${localUpCommand}' (pid ${lock.pid}), which is starting.`);
      hasNoted = true;
      return undefined;
    },
    { intervalMs: startPollMs },
  );
  return found === 'none' ? undefined : found;
}

/** Between two looks at a stack that starts, which takes some seconds. */
const startPollMs = 200;

function otherInputsText({ partnersFolder }: CommonOptions): string {
  return (
    `'${localUpCommand}' does not use the partner files of ${partnersFolder} as they are now: it started with ` +
    'others, or they have changed since, or a file that they refer to, such as a certificate authority. This ' +
    `command uses what it started with. To use those of now, stop '${localUpCommand}' with Ctrl-C and start it again.`
  );
}

/** The command in the lock of the data folder while `local up` runs. */
export const localUpCommand = 'local up';

/** 128 plus the number of the signal, as in shells. */
const interruptedExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** The AWS clients read their endpoint and credentials from the environment. */
function useEnvironment(environment: Readonly<Record<string, string>>): void {
  Object.assign(process.env, environment);
}
