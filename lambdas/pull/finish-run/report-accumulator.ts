import type { FailedFile, ReasonedFile, SlowFile } from '../../contract/documents/full-report.ts';
import type { DisposedLine, OutcomeLine } from '../../contract/documents/outcome-documents.ts';
import { Throughput } from '../../core/run/throughput.ts';
import { TopN } from '../../core/run/top-n.ts';

/** Files that a list of the report shows. */
const maxListed = 100;
const maxSlowest = 10;

/** Failed files that are shown with their transcript, which takes some kilobytes each. */
const maxTranscripts = 20;

/**
 * Adds up the outcomes of a run, and keeps what the report shows about single files. What it holds does not
 * grow with the number of files.
 */
export class ReportAccumulator {
  readonly counts = { transferred: 0, unchanged: 0, failed: 0, bytes: 0, disposed: 0, notDisposed: 0 };
  /** Files that the partner removed once they were read. */
  takenAway = 0;
  readonly throughput: Throughput;
  readonly failedByError: Record<string, number> = {};
  readonly failedFiles: Omit<FailedFile, 'failedBefore'>[] = [];
  readonly notDisposed: ReasonedFile[] = [];
  readonly #slowest = new TopN<SlowFile>(maxSlowest, ({ seconds }) => seconds);

  constructor(time: { readonly startMs: number; readonly endMs: number }) {
    this.throughput = new Throughput(time);
  }

  get slowest(): readonly SlowFile[] {
    return this.#slowest.kept;
  }

  addOutcome(line: OutcomeLine): void {
    this.counts[line.kind] += 1;
    if (line.kind === 'failed') this.#addFailed(line);
    if (line.kind === 'transferred') this.#addTransferred(line);
  }

  addDisposed({ path, outcome, detail }: DisposedLine): void {
    const isDisposed = outcome === 'deleted' || outcome === 'moved' || outcome === 'gone';
    this.counts[isDisposed ? 'disposed' : 'notDisposed'] += 1;
    if (!isDisposed && this.notDisposed.length < maxListed) this.notDisposed.push({ path, reason: detail });
  }

  #addTransferred({
    path,
    sizeBytes,
    seconds,
    at,
    isTakenAway,
  }: Extract<OutcomeLine, { kind: 'transferred' }>): void {
    this.takenAway += isTakenAway ? 1 : 0;
    this.counts.bytes += sizeBytes;
    if (seconds !== undefined) this.#slowest.add({ path, sizeBytes, seconds });
    if (at !== undefined) this.throughput.add({ endMs: Date.parse(at), seconds, bytes: sizeBytes });
  }

  #addFailed(line: Extract<OutcomeLine, { kind: 'failed' }>): void {
    const { path, sizeBytes, error, message, at, transcript } = line;
    this.failedByError[error] = (this.failedByError[error] ?? 0) + 1;
    if (this.failedFiles.length >= maxListed) return;
    this.failedFiles.push({
      path,
      error,
      message,
      transcript: this.failedFiles.length < maxTranscripts ? [...(transcript ?? [])] : [],
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(at === undefined ? {} : { at }),
    });
  }
}
