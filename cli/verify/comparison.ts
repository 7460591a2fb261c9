import type { PartnerFile } from '../../lambdas/contract/partner-file/partner-file.ts';
import { type Difference, type DifferenceKind, remedyFor } from '../../lambdas/core/verify/difference.ts';
import type { FilesPage } from '../args/files-page.ts';
import type { Stage } from '../stage/stage.ts';
import type { ProgressDisplay } from '../text/progress-display.ts';

/** A difference with its remedy, as the command shows it. */
export interface ShownDifference extends Difference {
  readonly remedy: string;
}

/** Counts what was compared and what differs, and holds the differences of one page. */
export class Comparison {
  readonly #flow: { readonly direction: 'pull' | 'push'; readonly name: string };
  readonly #page: FilesPage;
  readonly #progress: ProgressDisplay;
  readonly differences: ShownDifference[] = [];
  readonly counts: Partial<Record<DifferenceKind, number>> = {};
  /** Versions in the ledger, and objects in the bucket. */
  entries = 0;
  objects = 0;
  /** Bytes of objects that were read. */
  bytes = 0;
  /** What neither listing nor server told. It does not count as equal. */
  unknown = 0;
  total = 0;

  constructor(flow: Comparison['flow'], page: FilesPage, progress: ProgressDisplay) {
    this.#flow = flow;
    this.#page = page;
    this.#progress = progress;
  }

  get flow(): { readonly direction: 'pull' | 'push'; readonly name: string } {
    return this.#flow;
  }

  add(result: Difference | 'unknown' | undefined): void {
    if (result === undefined) return;
    if (result === 'unknown') {
      this.unknown += 1;
      return;
    }
    const { offset, limit } = this.#page;
    if (this.total >= offset && this.differences.length < limit) {
      const remedy = remedyFor(result, this.#flow.direction, this.#flow.name);
      this.differences.push({ ...result, remedy });
    }
    this.total += 1;
    this.counts[result.kind] = (this.counts[result.kind] ?? 0) + 1;
  }

  /** Shows how far a step is. */
  progress(step: string, files: number): void {
    this.#progress.show({ step, files, filesTotal: undefined, bytes: this.bytes, bytesTotal: undefined });
  }
}

/** What both directions compare with. */
export interface VerifyContext {
  readonly stage: Stage;
  readonly partner: PartnerFile;
  /** Whether to read the bytes of objects and of the partner's files. */
  readonly deep: boolean;
  readonly comparison: Comparison;
}
