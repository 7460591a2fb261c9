import type { ReportedFile } from '../../lambdas/contract/run-report.ts';
import { bytesText } from '../amounts.ts';
import { type ExitCode, exitCodeOfFault, exitCodes } from '../exit-code.ts';
import { followPush } from '../follow-push.ts';
import type { CommonOptions } from '../options.ts';
import type { PushRoute } from '../push-groups.ts';
import { type PushObject, pushObjects } from '../push-states.ts';
import type { FilesPage } from '../run-files.ts';
import { ShownFiles } from '../shown-files.ts';
import type { Stage } from '../stage.ts';
import { textTable } from '../text-table.ts';

/** `run` of a push flow: reconcile, and every object that it found tried once, as far as nothing that failed is in front of it. */
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
  const faults = new Set<string>();
  for await (const object of pushObjects(stage, { flowName: { partner, flow }, flow: route.flow })) {
    const file = reported(object, startedAt);
    shown.add(file);
    totals.listed += 1;
    totals[file.outcome] += 1;
    totals.bytes += file.outcome === 'transferred' ? object.sizeBytes : 0;
    if (object.state.kind === 'failed' && object.state.at >= startedAt) faults.add(object.state.fault);
  }
  const isAllDone = totals.failed + totals.held === 0;
  const status = isAllDone ? 'succeeded' : 'incomplete';
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  const files = shown.files();
  output.json({ partner, flow, mode: 'run', status, startedAt, ...totals, seconds, files });
  output.text(tableText(files));
  const counts = `${totals.listed} listed, ${totals.transferred} delivered (${bytesText(totals.bytes)}), ${totals.skipped} skipped, ${totals.held} held, ${totals.failed} failed`;
  output.text(`Run of ${partner}/${flow} ${status}: ${counts}.\n`);
  return exitCodeOf({ isAllDone, faults });
}

/** `plan` of a push flow: what a run would send. Reads the bucket and the ledger, and starts nothing. */
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
    const file = planned(object);
    shown.add(file);
    totals.listed += 1;
    totals.transfers += file.outcome === 'transfer' ? 1 : 0;
  }
  const files = shown.files();
  output.json({ ...names, mode: 'plan', ...totals, files });
  output.text(tableText(files));
  output.text(
    `Plan for ${names.partner}/${names.flow}: ${totals.listed} listed, ${totals.transfers} to deliver. Nothing was changed.\n`,
  );
  return exitCodes.done;
}

function planned({ key, sizeBytes, state }: PushObject): ReportedFile {
  const file = { path: key, key, sizeBytes };
  switch (state.kind) {
    case 'not-selected':
      return { ...file, outcome: 'skipped', reason: 'not-selected' };
    case 'delivered':
      return { ...file, path: state.path, outcome: 'skipped', reason: 'delivered' };
    case 'failed':
      return { ...file, outcome: 'transfer', reason: `failed-before: ${state.fault}` };
    case 'waiting':
      return { ...file, outcome: 'transfer', reason: 'new' };
  }
  return state satisfies never;
}

type PushOutcome = Extract<ReportedFile['outcome'], 'skipped' | 'transferred' | 'failed' | 'held'>;

function reported(object: PushObject, startedAt: Date): ReportedFile & { readonly outcome: PushOutcome } {
  const { key, sizeBytes, state } = object;
  const file = { path: key, key, sizeBytes };
  switch (state.kind) {
    case 'not-selected':
      return { ...file, outcome: 'skipped', reason: 'not-selected' };
    case 'delivered': {
      const { path, verification } = state;
      if (state.at < startedAt) return { ...file, path, outcome: 'skipped', reason: 'delivered' };
      const sha256 = state.sha256 === undefined ? {} : { sha256: state.sha256 };
      return { ...file, path, outcome: 'transferred', verification, ...sha256 };
    }
    case 'failed':
      return { ...file, outcome: 'failed', reason: `${state.fault}: ${state.message}` };
    case 'waiting':
      return { ...file, outcome: 'held', reason: 'queued' };
  }
  return state satisfies never;
}

/** @param faults of what was tried by this run and failed. */
interface PushEnd {
  readonly isAllDone: boolean;
  /** Of the failures of this run. */
  readonly faults: ReadonlySet<string>;
}

function exitCodeOf({ isAllDone, faults }: PushEnd): ExitCode {
  if (faults.size === 0) return isAllDone ? exitCodes.done : exitCodes.someFilesFailed;
  const isAway = [...faults].every((fault) => exitCodeOfFault(fault) === exitCodes.partnerUnreachable);
  return isAway ? exitCodes.partnerUnreachable : exitCodes.someFilesFailed;
}

function tableText(files: readonly ReportedFile[]): string {
  if (files.length === 0) return '';
  const rows = files.map((file) => [
    file.outcome,
    file.path,
    file.sizeBytes === undefined ? '' : bytesText(file.sizeBytes),
    file.reason ?? file.verification ?? '',
  ]);
  return `${textTable(['OUTCOME', 'FILE', 'SIZE', 'WHY'], rows)}\n`;
}
