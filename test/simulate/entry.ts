/** What the bundle of the simulator exports (build-simulator.ts). */
export { replay, runSeed } from './machine/run-history.ts';
