import type { ReportedFile, RunReport } from '../lambdas/contract/documents.ts';
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
  const hidden =
    report.transferred + report.failed + report.held + report.refused + report.skipped - files.length;
  const more = hidden > 0 && report.mode === 'run' ? `(${hidden} more: unchanged, or beyond --limit)\n` : '';
  return `${table}${more}${totalsText(report, files)}\n${problemText(report)}`;
}

function totalsText(report: RunReport, files: readonly ReportedFile[]): string {
  const { partner, flow, run, listed, transferred, skipped, held, refused, failed } = report;
  const rest = `${skipped} skipped, ${held} held, ${refused} refused`;
  if (report.mode === 'plan') {
    const planned = files.filter((file) => file.outcome === 'transfer');
    return `Plan for ${partner}/${flow}: ${listed} listed, ${planned.length} to transfer, ${rest}. Nothing was changed.`;
  }
  const cleared = report.cleared + report.notCleared > 0 ? `, ${report.cleared} cleared at the partner` : '';
  const amounts = `${bytesText(report.bytes)} in ${durationText(report.seconds)}`;
  return `Run ${run} of ${partner}/${flow} ${report.status}: ${listed} listed, ${transferred} transferred (${amounts}), ${rest}, ${failed} failed${cleared}.`;
}

function problemText({ problem, incompleteDirectories, notCleared }: RunReport): string {
  const lines = [
    ...(problem === undefined ? [] : [`${problem.fault}: ${problem.message}`]),
    ...(incompleteDirectories > 0
      ? [
          `${incompleteDirectories} directories could not be read whole; what they hold is unknown. See faults.jsonl of the run.`,
        ]
      : []),
    ...(notCleared > 0
      ? [`${notCleared} files could not be deleted or moved at the partner; the next run tries again.`]
      : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
