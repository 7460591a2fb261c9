import { describe, expect, it } from 'vitest';
import { evaluateRun, type WorkerError } from '../../../../lambdas/core/run/evaluate-run.ts';

const totals = {
  listed: 10,
  transferred: 10,
  unchanged: 0,
  skipped: 0,
  held: 0,
  refused: 0,
  failed: 0,
  notReached: 0,
  bytes: 1000,
  disposed: 0,
  notDisposed: 0,
  incompleteDirectories: 0,
};
const nothingMoved = { ...totals, transferred: 0, failed: 10 };
const someMoved = { ...totals, transferred: 6, failed: 4 };

const login: WorkerError = { error: 'login-refused', message: 'The login was refused.' };
const storage: WorkerError = { error: 'storage', message: 'The bucket was silent.' };
const internal: WorkerError = { error: 'internal', message: 'Killed.' };

describe('a run', () => {
  it.each([
    ['whose workers all succeeded has succeeded', totals, [], 'succeeded', undefined],
    ['with failed files and no failed worker is incomplete', someMoved, [], 'incomplete', undefined],
    ['that transferred nothing has failed like its worker', nothingMoved, [storage], 'failed', storage],
    [
      'that transferred nothing has the error of the partner',
      nothingMoved,
      [storage, storage, login],
      'failed',
      login,
    ],
    [
      'without failed files has succeeded although a worker failed',
      totals,
      [internal],
      'succeeded',
      undefined,
    ],
    [
      'that transferred something is incomplete, and says how many workers failed',
      someMoved,
      [storage, internal, internal],
      'incomplete',
      { error: 'internal', message: '3 workers failed; the next run transfers the remaining files. Killed.' },
    ],
    [
      'whose other files are unchanged is incomplete',
      { ...nothingMoved, unchanged: 1 },
      [login],
      'incomplete',
      {
        error: 'login-refused',
        message: '1 worker failed; the next run transfers the remaining files. The login was refused.',
      },
    ],
  ])('%s', (_, of, failures, status, cause) => {
    expect(evaluateRun(of, failures)).toEqual({ status, cause });
  });
});
