import type { Progress } from '../../lambdas/ledger/runs/run-record.ts';
import { bytesText, countText, durationText } from '../../lambdas/report/amounts.ts';
import type { Output } from './output.ts';
import { fitColumns } from './screen.ts';

/** Between two lines when stderr is not a terminal. */
const lineIntervalMs = 5000;

/** Of a terminal that does not say its width. */
const defaultColumns = 80;

/**
 * Shows the progress of a run on stderr: on a terminal one line that is rewritten, otherwise a line every
 * five seconds and at each step, with --json as JSON.
 */
export class ProgressDisplay {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #startedMs: number;
  #lastLineMs = Number.NEGATIVE_INFINITY;
  #lastStep = '';
  #hasOpenLine = false;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#startedMs = now();
  }

  show(progress: Progress): void {
    const elapsed = (this.#now() - this.#startedMs) / 1000;
    if (this.#output.mode === 'text' && process.stderr.isTTY) {
      // A line that wraps could not be rewritten. The last column stays empty: some terminals wrap after it.
      const line = fitColumns(
        progressText(progress, elapsed),
        (process.stderr.columns ?? defaultColumns) - 1,
      );
      this.#output.progress(`\r\u001b[K${line}`);
      this.#hasOpenLine = true;
      return;
    }
    const isDue = this.#now() - this.#lastLineMs >= lineIntervalMs || progress.step !== this.#lastStep;
    if (!isDue) return;
    this.#lastLineMs = this.#now();
    this.#lastStep = progress.step;
    const line =
      this.#output.mode === 'json' ? JSON.stringify({ progress }) : progressText(progress, elapsed);
    this.#output.progress(`${line}\n`);
  }

  /** Clears the line on the terminal. */
  end(): void {
    if (this.#hasOpenLine) this.#output.progress('\r\u001b[K');
    this.#hasOpenLine = false;
  }
}

/** `transfer-batch  12 of 40 files  1.2 GiB of 3.0 GiB  80 MiB/s  22 s left` */
function progressText(progress: Progress, elapsedSeconds: number): string {
  const { step, files, filesTotal, bytes, bytesTotal } = progress;
  const counted =
    filesTotal === undefined ? countText(files, 'file') : `${files} of ${countText(filesTotal, 'file')}`;
  const rate = elapsedSeconds > 0 ? bytes / elapsedSeconds : 0;
  const left = bytesTotal !== undefined && rate > 0 ? Math.max(0, bytesTotal - bytes) / rate : undefined;
  const amounts =
    bytesTotal === undefined || bytesTotal === 0
      ? []
      : [`${bytesText(bytes)} of ${bytesText(bytesTotal)}`, `${bytesText(rate)}/s`];
  const remaining = left === undefined ? [] : [`${durationText(left)} left`];
  return [step, counted, ...amounts, ...remaining].join('  ');
}
