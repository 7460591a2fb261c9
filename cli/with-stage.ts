import { clientEnvironment } from './local/local-account.ts';
import { type LocalStackOptions, startLocalStack } from './local/local-stack.ts';
import { readLock } from './local/lock.ts';
import type { CommonOptions } from './options.ts';
import { findStage, type Stage } from './stage.ts';

/**
 * Does the work on the stage that the options name; a local one runs for as long as the work does, unless `local up` runs it.
 * What is queued rests meanwhile: a command that only looks must neither deliver anything nor break a delivery off at its end.
 */
export function withStage<T>(
  options: CommonOptions,
  command: string,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  return onStage(options, { command, queuedWork: 'resting' }, work);
}

/** The same for a command that waits for deliveries: what is queued is delivered while it runs. */
export function withDeliveringStage<T>(
  options: CommonOptions,
  command: string,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  return onStage(options, { command, queuedWork: 'delivered' }, work);
}

async function onStage<T>(
  options: CommonOptions,
  purpose: Pick<LocalStackOptions, 'command' | 'queuedWork'>,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  if (options.target === 'aws') return work(await findStage(options.stageName));
  const running = readLock(options.dataFolder);
  if (running?.endpoint !== undefined && running.command === localUpCommand) {
    useEnvironment(clientEnvironment(running.endpoint));
    return work(await findStage(options.stageName));
  }
  const stack = await startLocalStack({
    ...options,
    ...purpose,
    stage: options.stageName,
    onProgress: options.output.note,
  });
  const stop = () => void stack.close().finally(() => process.exit(interruptedExitCode));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    useEnvironment(stack.environment);
    return await work(await findStage(options.stageName));
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await stack.close();
  }
}

/** How `local up` names itself in the data folder's lock. */
export const localUpCommand = 'local up';

/** 128 and the number of SIGINT, as shells have it. */
const interruptedExitCode = 130;

/** The AWS clients find the local stack as they find AWS: by their environment. */
function useEnvironment(environment: Readonly<Record<string, string>>): void {
  Object.assign(process.env, environment);
}
