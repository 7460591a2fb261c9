import type { ReportedFile, RunReport } from '../lambdas/contract/run-report.ts';
import { bytesText, durationText } from './amounts.ts';
import { textTable } from './text-table.ts';

/** A run or a plan as people read it: its files, then one line of totals, then why it stopped, if it did. */
export function runText(report: RunReport, files: readonly ReportedFile[]): string {
  const rows = files.map((file) => [
    file.outcome,
    file.path,
    file.sizeBytes === undefined ? '' : bytesText(file.sizeBytes),
    file.reason ?? file.verification ?? '',
  ]);
  const table = rows.length === 0 ? '' : `${textTable(['OUTCOME', 'FILE', 'SIZE', 'WHY'], rows)}\n`;
  const hidden = namesOf(report) - files.length;
  const more = hidden > 0 ? `(${hidden} more: unchanged, or beyond --limit)\n` : '';
  return `${table}${more}${totalsText(report)}\n${problemText(report)}`;
}

/** How many names have become something, or would. */
function namesOf({ mode, listed, transferred, failed, held, refused, skipped }: RunReport): number {
  return mode === 'plan' ? listed : transferred + failed + held + refused + skipped;
}

function totalsText(report: RunReport): string {
  const { partner, flow, run, listed, transferred, skipped, held, refused, failed } = report;
  const rest = `${skipped} skipped, ${held} held, ${refused} refused`;
  if (report.mode === 'plan') {
    // Not by the rows, which are one page of them.
    const planned = listed - skipped - held - refused;
    return `Plan ${run} for ${partner}/${flow}: ${listed} listed, ${planned} to transfer, ${rest}. Nothing was changed.`;
  }
  const cleared = report.cleared + report.notCleared > 0 ? `, ${report.cleared} cleared at the partner` : '';
  const amounts = `${bytesText(report.bytes)} in ${durationText(report.seconds)}`;
  return `Run ${run} of ${partner}/${flow} ${report.status}: ${listed} listed, ${transferred} transferred (${amounts}), ${rest}, ${failed} failed${cleared}.`;
}

function problemText({ problem, incompleteDirectories, notCleared, mode, run }: RunReport): string {
  const named = mode === 'plan' ? "a run's report names them" : `'report ${run}' names them`;
  const lines = [
    ...(problem === undefined ? [] : [`${problem.fault}: ${problem.message}`]),
    ...(incompleteDirectories > 0
      ? [`${incompleteDirectories} directories could not be read whole; what they hold is unknown; ${named}.`]
      : []),
    ...(notCleared > 0
      ? [`${notCleared} files could not be deleted or moved at the partner; the next run tries again.`]
      : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
