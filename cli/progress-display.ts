import type { Progress } from '../lambdas/ledger/run-record.ts';
import { bytesText, countText, durationText } from './amounts.ts';
import type { Output } from './output.ts';

/** In a log, a line this often; on a terminal one line is rewritten. */
const lineIntervalMs = 5000;

/** Shows how far a run has come: on a terminal one living line, in a log plain lines, with --json a JSON line each. */
export class ProgressDisplay {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #startedMs: number;
  #lastLineMs = Number.NEGATIVE_INFINITY;
  #lastStep = '';
  #lineIsOpen = false;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#startedMs = now();
  }

  show(progress: Progress): void {
    const elapsed = (this.#now() - this.#startedMs) / 1000;
    if (this.#output.mode === 'text' && process.stderr.isTTY) {
      this.#output.progress(`\r\u001b[K${progressText(progress, elapsed)}`);
      this.#lineIsOpen = true;
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

  /** Leaves the terminal's line for what comes next. */
  end(): void {
    if (this.#lineIsOpen) this.#output.progress('\r\u001b[K');
    this.#lineIsOpen = false;
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
