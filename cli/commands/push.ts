import type { ReportedFile } from '../../lambdas/contract/documents.ts';
import { bytesText } from '../amounts.ts';
import { type ExitCode, exitCodeOfFault, exitCodes } from '../exit-code.ts';
import { followPush, type PushRun } from '../follow-push.ts';
import type { CommonOptions } from '../options.ts';
import type { PushRoute } from '../push-groups.ts';
import { type PushObject, pushObjects } from '../push-states.ts';
import type { FilesPage } from '../run-files.ts';
import type { Stage } from '../stage.ts';
import { textTable } from '../text-table.ts';

/** `run` of a push flow: reconcile, and every object that it found tried once, as far as nothing that failed is in front of it. */
export async function runPush(
  stage: Stage,
  route: PushRoute,
  page: FilesPage,
  { output }: Pick<CommonOptions, 'output'>,
): Promise<ExitCode> {
  const { startedAt, objects } = await followPush(stage, route, output);
  const files = objects.map((object) => reported(object, startedAt)).sort(movedFirst);
  const totals = totalsOf({ startedAt, objects });
  const status = totals.failed + totals.held === 0 ? 'succeeded' : 'incomplete';
  const shown = files.slice(page.offset, page.offset + page.limit);
  const { partner, flow } = { partner: route.partner.partner, flow: route.flow.name };
  output.json({ partner, flow, mode: 'run', status, startedAt, ...totals, files: shown });
  output.text(tableText(shown));
  const counts = `${totals.listed} listed, ${totals.transferred} delivered (${bytesText(totals.bytes)}), ${totals.skipped} skipped, ${totals.held} held, ${totals.failed} failed`;
  output.text(`Run of ${partner}/${flow} ${status}: ${counts}.\n`);
  return exitCodeOf(objects, startedAt);
}

/** `plan` of a push flow: what a run would send. Reads the bucket and the ledger, and starts nothing. */
export async function planPush(
  stage: Stage,
  { partner, flow }: PushRoute,
  page: FilesPage,
  { output }: Pick<CommonOptions, 'output'>,
): Promise<ExitCode> {
  const objects = await Array.fromAsync(
    pushObjects(stage, { partner: partner.partner, flow: flow.name }, flow),
  );
  const files = objects.map(planned).sort(movedFirst);
  const shown = files.slice(page.offset, page.offset + page.limit);
  const transfers = files.filter(({ outcome }) => outcome === 'transfer').length;
  output.json({
    partner: partner.partner,
    flow: flow.name,
    mode: 'plan',
    listed: files.length,
    transfers,
    files: shown,
  });
  output.text(tableText(shown));
  output.text(
    `Plan for ${partner.partner}/${flow.name}: ${files.length} listed, ${transfers} to deliver. Nothing was changed.\n`,
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

function reported(object: PushObject, startedAt: Date): ReportedFile {
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

function totalsOf({ startedAt, objects }: PushRun) {
  const files = objects.map((object) => reported(object, startedAt));
  const count = (outcome: ReportedFile['outcome']) => files.filter((file) => file.outcome === outcome).length;
  const moved = files.filter(({ outcome }) => outcome === 'transferred');
  return {
    listed: files.length,
    transferred: moved.length,
    skipped: count('skipped'),
    held: count('held'),
    refused: 0,
    failed: count('failed'),
    bytes: moved.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
  };
}

function exitCodeOf(objects: readonly PushObject[], startedAt: Date): ExitCode {
  const faults = objects.flatMap(({ state }) =>
    state.kind === 'failed' && state.at >= startedAt ? [state.fault] : [],
  );
  const isAllDone = objects.every(({ state }) => state.kind === 'delivered' || state.kind === 'not-selected');
  if (faults.length === 0) return isAllDone ? exitCodes.done : exitCodes.someFilesFailed;
  const isAway = faults.every((fault) => exitCodeOfFault(fault) === exitCodes.partnerUnreachable);
  return isAway ? exitCodes.partnerUnreachable : exitCodes.someFilesFailed;
}

function movedFirst(a: ReportedFile, b: ReportedFile): number {
  return Number(a.outcome === 'skipped') - Number(b.outcome === 'skipped');
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
