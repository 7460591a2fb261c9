import type { ReportedFile } from '../lambdas/contract/run-report.ts';
import type { FilesPage } from './run-files.ts';

/** Picks a page out of any number of files, those that moved or should have before those that were skipped; holds no more than it shows. */
export class ShownFiles {
  readonly #page: FilesPage;
  readonly #moved: ReportedFile[] = [];
  readonly #skipped: ReportedFile[] = [];

  constructor(page: FilesPage) {
    this.#page = page;
  }

  add(file: ReportedFile): void {
    const { offset, limit } = this.#page;
    const kept = file.outcome === 'skipped' ? this.#skipped : this.#moved;
    if (kept.length < offset + limit) kept.push(file);
  }

  files(): readonly ReportedFile[] {
    const { offset, limit } = this.#page;
    return [...this.#moved, ...this.#skipped].slice(offset, offset + limit);
  }
}
