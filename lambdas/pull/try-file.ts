import { setTimeout as sleep } from 'node:timers/promises';
import type { TransferAction } from '../contract/plan-documents.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import type { Pool } from '../ftps/pool.ts';
import { recordFailure } from '../ledger/file-entries.ts';
import { fingerprintOf } from '../sync/fingerprint.ts';
import type { FailedOutcome, Outcome } from '../sync/outcome.ts';
import { pathBelow } from '../sync/remote-path.ts';
import { fileRetryDelayMs, triesPerFile } from '../sync/retry.ts';
import { type FileProblem, fileProblemOf } from './file-problem.ts';
import { OverheardPool } from './overheard-pool.ts';
import { type TransferOwner, type TransferSystems, transferFile } from './transfer-file.ts';

/** What one invocation has come to with a file. */
export type Attempt =
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly seconds: number | undefined }
  /** The time was up first: with a session at work on it, or while it waited for one. */
  | { readonly kind: 'cut-off'; readonly while: 'at-work' | 'waiting' }
  /** Other flows have all connections of the partner. */
  | { readonly kind: 'partner-busy' };

/**
 * Tries one file a few times; what stays wrong with it becomes its outcome, what is wrong with everything is thrown.
 * @throws FtpsError, StorageError, FencedError
 */
export async function tryFile(
  action: TransferAction,
  owner: TransferOwner,
  systems: TransferSystems,
): Promise<Attempt> {
  let firstSession: Date | undefined;
  const overheard = new OverheardPool(systems.pool);
  const pool: Pick<Pool, 'use'> = {
    use: (work) => {
      return overheard.use((session) => {
        firstSession ??= systems.now();
        return work(session);
      });
    },
  };
  for (let attempt = 1; ; attempt++) {
    try {
      return ended(await transferFile(action, owner, { ...systems, pool }));
    } catch (error) {
      if (systems.signal.aborted)
        return { kind: 'cut-off', while: firstSession === undefined ? 'waiting' : 'at-work' };
      if (error instanceof FtpsError && error.kind === 'partner-busy') return { kind: 'partner-busy' };
      const problem = fileProblemOf(error);
      if (problem === undefined) throw error;
      if (!problem.again || attempt >= triesPerFile) {
        return ended(await failFile(action, { ...problem, dialogue: overheard.dialogue }, owner, systems));
      }
      await sleep(fileRetryDelayMs(attempt));
    }
  }

  function ended(outcome: Outcome): Attempt {
    const sinceMs = firstSession?.getTime();
    const seconds = sinceMs === undefined ? undefined : Math.max(0, systems.now().getTime() - sinceMs) / 1000;
    return { kind: 'ended', outcome, seconds };
  }
}

interface FailingFile extends Pick<FileProblem, 'fault' | 'message'> {
  /** What the session with the partner had last said and heard about it. */
  readonly dialogue?: readonly string[] | undefined;
}

/** Records that the file has failed. @throws FencedError */
export async function failFile(
  action: TransferAction,
  { fault, message, dialogue }: FailingFile,
  { run, remote }: TransferOwner,
  { table, now }: Pick<TransferSystems, 'table' | 'now'>,
): Promise<FailedOutcome> {
  const { path, sizeBytes } = action.file;
  await recordFailure(
    table,
    { flowName: run, relativePath: pathBelow(remote, path) ?? '', fence: run.fence },
    {
      fingerprint: fingerprintOf(action.file),
      fault,
      message,
      attempts: action.attemptsBefore + 1,
      failedAt: now(),
    },
  );
  return { kind: 'failed', path, key: action.key, sizeBytes, fault, message, dialogue };
}
