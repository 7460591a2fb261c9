import { describe, expect, it } from 'vitest';
import { type RetryDecision, retryByPolicy } from '../../../../lambdas/core/run/retry-by-policy.ts';

/** Attempts whose results are the decisions. */
async function run(decisions: readonly RetryDecision[]) {
  const waitsMs: number[] = [];
  const discarded: number[] = [];
  let attempts = 0;
  const result = await retryByPolicy({
    attempt: async () => attempts++,
    evaluate: (index) => decisions[index] ?? 'stop',
    sleep: async (delayMs) => void waitsMs.push(delayMs),
    discard: (index) => void discarded.push(index),
  });
  return { attempts, result, waitsMs, discarded };
}

describe('retries', () => {
  it.each<[string, readonly RetryDecision[], { attempts: number; waitsMs: readonly number[] }]>([
    ['none where the first result is kept', ['stop'], { attempts: 1, waitsMs: [] }],
    ['once where the second result is kept', ['retry', 'stop'], { attempts: 2, waitsMs: [500] }],
    [
      'twice and no more, half a second and then a second later',
      ['retry', 'retry', 'retry', 'retry'],
      { attempts: 3, waitsMs: [500, 1000] },
    ],
    [
      'as from the first try after progress',
      ['retry', 'retry-afresh', 'retry', 'retry'],
      { attempts: 4, waitsMs: [500, 500, 1000] },
    ],
    [
      'without end while each attempt makes progress',
      ['retry-afresh', 'retry-afresh', 'retry-afresh', 'retry-afresh', 'stop'],
      { attempts: 5, waitsMs: [500, 500, 500, 500] },
    ],
  ])('%s', async (_, decisions, expected) => {
    const { attempts, waitsMs } = await run(decisions);

    expect({ attempts, waitsMs }).toEqual(expected);
  });

  it('return the last result and discard the others', async () => {
    const { result, discarded } = await run(['retry', 'retry', 'retry']);

    expect({ result, discarded }).toEqual({ result: 2, discarded: [0, 1] });
  });

  it('end with what an attempt throws', async () => {
    const retries = retryByPolicy({
      attempt: () => Promise.reject(new Error('of every file')),
      evaluate: () => 'retry',
      sleep: async () => undefined,
    });

    await expect(retries).rejects.toThrow('of every file');
  });

  it('end with what the wait throws', async () => {
    const retries = retryByPolicy({
      attempt: async () => 'cut short',
      evaluate: () => 'retry',
      sleep: () => Promise.reject(new Error('aborted')),
    });

    await expect(retries).rejects.toThrow('aborted');
  });
});
