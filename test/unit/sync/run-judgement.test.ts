import { describe, expect, it } from 'vitest';
import { judgeRun, type WorkerFailure } from '../../../lambdas/sync/run-judgement.ts';

const totals = {
  listed: 10,
  transferred: 10,
  unchanged: 0,
  skipped: 0,
  held: 0,
  refused: 0,
  failed: 0,
  bytes: 1000,
  cleared: 0,
  notCleared: 0,
  incompleteDirectories: 0,
};
const nothingMoved = { ...totals, transferred: 0, failed: 10 };
const someMoved = { ...totals, transferred: 6, failed: 4 };

const login: WorkerFailure = { fault: 'login-refused', message: 'The login was refused.' };
const storage: WorkerFailure = { fault: 'storage', message: 'The bucket was silent.' };
const internal: WorkerFailure = { fault: 'internal', message: 'Killed.' };

describe('a run', () => {
  it.each([
    ['whose workers all ended well has succeeded', totals, [], 'succeeded', undefined],
    ['with failed files and no failed worker is incomplete', someMoved, [], 'incomplete', undefined],
    ['that moved nothing has failed as its worker did', nothingMoved, [storage], 'failed', storage],
    [
      'that moved nothing has the fault of the partner',
      nothingMoved,
      [storage, storage, login],
      'failed',
      login,
    ],
    ['whose failed worker left nothing behind has succeeded', totals, [internal], 'succeeded', undefined],
    [
      'that moved something is incomplete, and says how many workers gave up',
      someMoved,
      [storage, internal, internal],
      'incomplete',
      { fault: 'internal', message: '3 workers gave up, and the next run takes what was left. Killed.' },
    ],
    [
      'that found all else unchanged is incomplete',
      { ...nothingMoved, unchanged: 1 },
      [login],
      'incomplete',
      {
        fault: 'login-refused',
        message: '1 worker gave up, and the next run takes what was left. The login was refused.',
      },
    ],
  ])('%s', (_, of, failures, status, problem) => {
    expect(judgeRun(of, failures)).toEqual({ status, problem });
  });
});
