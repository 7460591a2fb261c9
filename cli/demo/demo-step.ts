import type { RunId } from '../../lambdas/contract/ids.ts';
import { bytesText, durationText } from '../amounts.ts';
import { textTable } from '../text-table.ts';

/** One thing the demo did, for the table at its end. */
export interface DemoStep {
  readonly title: string;
  readonly step: 'plan' | 'run' | 'push';
  readonly flow: string;
  /** Undefined of a plan and a push. */
  readonly run: RunId | undefined;
  readonly listed: number;
  readonly moved: number;
  readonly skipped: number;
  readonly held: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Exactly what should have moved has moved, with the SHA-256 it had at the other side at that moment. */
  readonly asExpected: boolean;
}

export function stepsTable(steps: readonly DemoStep[]): string {
  const rows = steps.map(({ step, flow, listed, moved, skipped, held, bytes, seconds }) => [
    step,
    flow,
    ...[listed, moved, skipped, held].map(String),
    bytesText(bytes),
    durationText(seconds),
  ]);
  return textTable(['STEP', 'FLOW', 'LISTED', 'MOVED', 'SKIPPED', 'HELD', 'BYTES', 'TIME'], rows);
}
