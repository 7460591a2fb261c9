import type { ClearedLine } from '../contract/outcome-documents.ts';
import type { OutcomeLine } from '../contract/outcome-line.ts';
import type { FailedFile, NamedFile, SlowFile } from '../contract/report.ts';
import { Throughput } from '../sync/throughput.ts';
import { Worst } from '../sync/worst.ts';

/** How many files a list of the report shows. */
const mostListed = 100;
const mostSlow = 10;

/** Files shown with what was said about them: some kilobytes each. */
const mostDialogues = 20;

/** What the report shows of single files, gathered while the outcomes are counted; bounded, however many there are. */
export class GatheredFiles {
  readonly throughput: Throughput;
  /** By fault. */
  readonly failed: Record<string, number> = {};
  readonly failedFiles: Omit<FailedFile, 'failedBefore'>[] = [];
  readonly notCleared: NamedFile[] = [];
  readonly #slowest = new Worst<SlowFile>(mostSlow, ({ seconds }) => seconds);

  constructor(time: { readonly startMs: number; readonly endMs: number }) {
    this.throughput = new Throughput(time);
  }

  get slowest(): readonly SlowFile[] {
    return this.#slowest.kept;
  }

  add(line: OutcomeLine): void {
    if (line.kind === 'failed') this.#addFailed(line);
    if (line.kind !== 'transferred') return;
    const { path, sizeBytes, seconds } = line;
    if (seconds !== undefined) this.#slowest.add({ path, sizeBytes, seconds });
    if (line.at !== undefined) this.throughput.add({ endMs: Date.parse(line.at), seconds, bytes: sizeBytes });
  }

  addCleared({ path, outcome, detail }: ClearedLine): void {
    if (outcome !== 'left' && outcome !== 'failed') return;
    if (this.notCleared.length < mostListed) this.notCleared.push({ path, reason: detail });
  }

  #addFailed(line: Extract<OutcomeLine, { kind: 'failed' }>): void {
    const { path, sizeBytes, fault, message, at, dialogue } = line;
    this.failed[fault] = (this.failed[fault] ?? 0) + 1;
    if (this.failedFiles.length >= mostListed) return;
    this.failedFiles.push({
      path,
      fault,
      message,
      dialogue: this.failedFiles.length < mostDialogues ? [...(dialogue ?? [])] : [],
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(at === undefined ? {} : { at }),
    });
  }
}
