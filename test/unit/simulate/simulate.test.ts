import { describe, expect, it } from 'vitest';
import { buildSimulator } from '../../simulate/build-simulator.ts';

const simulator = await buildSimulator();

/** Some seconds of both scenarios. CI runs a minute of new seeds besides (.ci/run). */
const seeds = Array.from({ length: 100 }, (_, index) => index + 1);

describe('the simulator', () => {
  it('finds no history in which a file is lost, doubled, shown in part or deleted unseen', async () => {
    const violations: string[] = [];
    for (const seed of seeds) {
      const { violation } = await simulator.runSeed(seed);
      if (violation !== undefined)
        violations.push(`npm run simulate -- --seed ${seed}: ${violation.invariant}: ${violation.message}`);
    }

    expect(violations).toEqual([]);
  });

  it('runs a history of a seed twice in exactly the same way', async () => {
    const first = await simulator.runSeed(7, { scenario: 'pull' });
    const second = await simulator.runSeed(7, { scenario: 'pull' });

    expect(second.hash).toBe(first.hash);
    expect(second.steps).toBeGreaterThan(100);
  });

  it('replays the events of a history to the same end', async () => {
    const { history, violation } = await simulator.runSeed(11, { scenario: 'pull' });

    const replayed = await simulator.replay(history, { tells: true });

    expect(replayed.violation).toEqual(violation);
    expect(replayed.story).not.toEqual([]);
  });
});
