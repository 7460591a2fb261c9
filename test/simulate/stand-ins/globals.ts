/**
 * What the code under test takes for the clock, the timers and chance. The bundle replaces the globals of
 * these names by the exports of this file (build-simulator.ts), so that everything comes from the world of
 * the history.
 */
import { clearModelTimer, modelNowMs, modelRandom as random, setModelTimer } from '../machine/world.ts';

const RealDate = globalThis.Date;

class ModelDate extends RealDate {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [modelNowMs()] : given) as [number]));
  }

  static override now(): number {
    return modelNowMs();
  }
}

const modelPerformance = { now: modelNowMs };

export const modelRandom = random;
export {
  clearModelTimer as clearTimeout,
  ModelDate as Date,
  modelPerformance as performance,
  setModelTimer as setTimeout,
};
