import type { ReportedFile } from '../../lambdas/contract/documents/run-report.ts';
import { bytesText } from '../../lambdas/report/amounts.ts';
import type { CommonOptions } from '../args/common-options.ts';
import type { FilesPage } from '../args/files-page.ts';
import { type ExitCode, exitCodeForErrorKind, exitCodes } from '../exit-code.ts';
import type { Stage } from '../stage/stage.ts';
import { filesTable } from '../text/run-text.ts';
import { followPush } from './follow-push.ts';
import type { PushRoute } from './push-groups.ts';
import { type PushObject, pushObjects } from './push-states.ts';

/**
 * `run` of a push flow: runs reconcile and waits until each object it found was tried once, or is queued
 * behind one that failed.
 */
export async function runPush(
  stage: Stage,
  route: PushRoute,
  page: FilesPage,
  { output }: Pick<CommonOptions, 'output'>,
): Promise<ExitCode> {
  const startedAt = await followPush(stage, route, output);
  const { partner, flow } = { partner: route.partner.partner, flow: route.flow.name };
  const shown = new ShownFiles(page);
  const totals = { listed: 0, transferred: 0, skipped: 0, held: 0, refused: 0, failed: 0, bytes: 0 };
  const errors = new Set<string>();
  for await (const object of pushObjects(stage, { flowName: { partner, flow }, flow: route.flow })) {
    const file = toReportedFile(object, startedAt);
    shown.add(file);
    totals.listed += 1;
    totals[file.outcome] += 1;
    totals.bytes += file.outcome === 'transferred' ? object.sizeBytes : 0;
    if (object.state.kind === 'failed' && object.state.at >= startedAt) errors.add(object.state.error);
  }
  const isAllDone = totals.failed + totals.held === 0;
  const status = isAllDone ? 'succeeded' : 'incomplete';
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  const files = shown.files();
  output.json({ partner, flow, mode: 'run', status, startedAt, ...totals, seconds, files });
  output.text(filesTable(files));
  const counts = `${totals.listed} listed, ${totals.transferred} delivered (${bytesText(totals.bytes)}), ${totals.skipped} skipped, ${totals.held} held, ${totals.failed} failed`;
  output.text(`Run of ${partner}/${flow} ${status}: ${counts}.\n`);
  return pushExitCode({ isAllDone, errors });
}

/** `plan` of a push flow: what a run would deliver. Reads the bucket and the ledger, and starts nothing. */
export async function planPush(
  stage: Stage,
  { partner, flow }: PushRoute,
  page: FilesPage,
  { output }: Pick<CommonOptions, 'output'>,
): Promise<ExitCode> {
  const names = { partner: partner.partner, flow: flow.name };
  const shown = new ShownFiles(page);
  const totals = { listed: 0, transfers: 0 };
  for await (const object of pushObjects(stage, { flowName: names, flow })) {
    const file = toPlannedFile(object);
    shown.add(file);
    totals.listed += 1;
    totals.transfers += file.outcome === 'transfer' ? 1 : 0;
  }
  const files = shown.files();
  output.json({ ...names, mode: 'plan', ...totals, files });
  output.text(filesTable(files));
  output.text(
    `Plan for ${names.partner}/${names.flow}: ${totals.listed} listed, ${totals.transfers} to deliver. Nothing changed.\n`,
  );
  return exitCodes.done;
}

function toPlannedFile({ key, sizeBytes, state }: PushObject): ReportedFile {
  const file = { path: key, key, sizeBytes };
  switch (state.kind) {
    case 'not-selected':
    case 'too-small':
      return { ...file, outcome: 'skipped', reason: state.kind };
    case 'delivered':
      return { ...file, path: state.path, outcome: 'skipped', reason: 'delivered' };
    case 'failed':
      return { ...file, outcome: 'transfer', reason: `failed-before: ${state.error}` };
    case 'waiting':
      return { ...file, outcome: 'transfer', reason: 'new' };
  }
  return state satisfies never;
}

type PushOutcome = Extract<ReportedFile['outcome'], 'skipped' | 'transferred' | 'failed' | 'held'>;

function toReportedFile(
  object: PushObject,
  startedAt: Date,
): ReportedFile & { readonly outcome: PushOutcome } {
  const { key, sizeBytes, state } = object;
  const file = { path: key, key, sizeBytes };
  switch (state.kind) {
    case 'not-selected':
    case 'too-small':
      return { ...file, outcome: 'skipped', reason: state.kind };
    case 'delivered': {
      const { path, verification } = state;
      if (state.at < startedAt) return { ...file, path, outcome: 'skipped', reason: 'delivered' };
      const sha256 = state.sha256 === undefined ? {} : { sha256: state.sha256 };
      return { ...file, path, outcome: 'transferred', verification, ...sha256 };
    }
    case 'failed':
      return { ...file, outcome: 'failed', reason: `${state.error}: ${state.message}` };
    case 'waiting':
      return { ...file, outcome: 'held', reason: 'queued' };
  }
  return state satisfies never;
}

interface PushEnd {
  readonly isAllDone: boolean;
  /** The error kinds of the deliveries that this run tried. */
  readonly errors: ReadonlySet<string>;
}

/** `partnerUnreachable` only when no delivery failed for another reason. */
function pushExitCode({ isAllDone, errors }: PushEnd): ExitCode {
  if (errors.size === 0) return isAllDone ? exitCodes.done : exitCodes.someFilesFailed;
  const isUnreachable = [...errors].every(
    (error) => exitCodeForErrorKind(error) === exitCodes.partnerUnreachable,
  );
  return isUnreachable ? exitCodes.partnerUnreachable : exitCodes.someFilesFailed;
}

/** One page out of any number of files, skipped files last. Holds no more than it shows. */
class ShownFiles {
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
