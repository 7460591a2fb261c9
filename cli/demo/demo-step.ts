import type { RunId } from '../../lambdas/contract/ids.ts';
import { bytesText, durationText } from '../../lambdas/report/amounts.ts';
import { textTable } from '../text/text-table.ts';

/** A step of the demo, for the table at its end. */
export interface DemoStep {
  readonly title: string;
  readonly step: 'plan' | 'run' | 'push';
  readonly flow: string;
  /** Undefined for a plan and a push. */
  readonly run: RunId | undefined;
  readonly listed: number;
  readonly moved: number;
  readonly skipped: number;
  readonly held: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Whether exactly the expected files were transferred, with the SHA-256 of their source. */
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
  return textTable(['STEP', 'FLOW', 'LISTED', 'TRANSFERRED', 'SKIPPED', 'HELD', 'BYTES', 'TIME'], rows);
}
