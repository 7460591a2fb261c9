import type { ReportedFile, RunReport } from '../../lambdas/contract/documents/run-report.ts';
import { shownText } from '../../lambdas/core/path/printable-text.ts';
import { unknownFactsTexts } from '../../lambdas/core/run/unknown-facts.ts';
import { bytesText, countText, durationText } from '../../lambdas/report/amounts.ts';
import type { ShownReport } from '../runs/shown-report.ts';
import { textTable } from './text-table.ts';

/** A run or a plan: its files, one line of totals, and why it stopped when it did. */
export function runText(report: ShownReport, files: readonly ReportedFile[]): string {
  const hidden = namesCount(report) - files.length;
  const more = hidden > 0 ? `(${hidden} more: unchanged, or beyond --limit)\n` : '';
  return `${filesTable(files)}${more}${totalsText(report)}\n${ageText(report, files)}${errorsText(report)}${haltText(report)}`;
}

/** Files with their outcomes, and an empty line. Empty without files. */
export function filesTable(files: readonly ReportedFile[]): string {
  if (files.length === 0) return '';
  const rows = files.map((file) => [
    file.outcome,
    file.path,
    file.sizeBytes === undefined ? '' : bytesText(file.sizeBytes),
    file.reason ?? file.verification ?? '',
  ]);
  return `${textTable(['OUTCOME', 'FILE', 'SIZE', 'REASON'], rows)}\n`;
}

/** How many names have an outcome, or would have one. */
function namesCount({ mode, listed, transferred, failed, held, refused, skipped }: RunReport): number {
  return mode === 'plan' ? listed : transferred + failed + held + refused + skipped;
}

function totalsText(report: ShownReport): string {
  const { partner, flow, run, listed, transferred, transfers = 0, skipped, held, refused, failed } = report;
  const rest = `${skipped} skipped, ${held} held, ${refused} refused`;
  if (report.mode === 'plan') {
    return `Plan ${run} for ${partner}/${flow}: ${listed} listed, ${transfers} to transfer, ${rest}. Nothing changed.`;
  }
  const disposed =
    report.disposed + report.notDisposed > 0 ? `, ${report.disposed} disposed at the partner` : '';
  const amounts = `${bytesText(report.bytes)} in ${durationText(report.seconds)}`;
  const notReached = report.notReached > 0 ? `, ${report.notReached} not reached` : '';
  return `Run ${run} of ${partner}/${flow} ${report.status}: ${listed} listed, ${transferred} transferred (${amounts}), ${rest}, ${failed} failed${notReached}${disposed}.`;
}

/** Held files whose age is not known: every new file will be, until a setting or the server changes. */
function ageText({ partner }: RunReport, files: readonly ReportedFile[]): string {
  const unknown = files.filter(
    ({ outcome, reason }) =>
      outcome === 'held' && (reason === 'modified-time-unknown' || reason === 'modified-time-in-future'),
  );
  if (unknown.length === 0) return '';
  return `${unknown.length} of these files wait for the next run because the server does not show when they were written: set connection.timeZone, or ask the partner for MLSD or MDTM; 'doctor ${partner}' says what is missing.\n`;
}

/** What the operator has to know to approve a listing, or not. */
function haltText({ status, gone, run }: ShownReport): string {
  if (status !== 'halted') return '';
  const more = gone !== undefined && gone.count > gone.files.length ? ', ...' : '';
  const missing =
    gone === undefined || gone.count === 0
      ? ''
      : `Gone since run ${gone.since}: ${countText(gone.count, 'file')}: ${gone.files.map(shownText).join(', ')}${more}\n`;
  return `${missing}If the listing is right: npx ftps-sync approve ${run} --reason TEXT\n`;
}

function errorsText(report: RunReport): string {
  const { cause, incompleteDirectories, notDisposed, mode, run, partner } = report;
  const unknown = unknownFactsTexts(report).map((text) => `${text} 'doctor ${partner}' says more.`);
  const names = mode === 'plan' ? 'the report of a run names them' : `'report ${run}' names them`;
  const lines = [
    ...(cause === undefined ? [] : [`${cause.error}: ${cause.message}`]),
    ...(incompleteDirectories > 0
      ? [
          `${incompleteDirectories} directories were not listed completely; their content is unknown; ${names}.`,
        ]
      : []),
    ...(notDisposed > 0
      ? [`${notDisposed} files could not be deleted or moved at the partner; the next run tries again.`]
      : []),
    ...unknown,
  ];
  return lines.map((line) => `${line}\n`).join('');
}
