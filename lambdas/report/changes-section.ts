import type { FullReport, ReportDetails, TotalsOfRun } from '../contract/documents/full-report.ts';
import { bytesText, durationText, numberText, timeText } from './amounts.ts';
import { type Html, html } from './html.ts';
import { section, table } from './section.ts';

/** The differences from the previous run. */
export function changesSection(report: FullReport, details: ReportDetails): Html {
  const { previous, planned } = details;
  if (previous === undefined) {
    const why = 'This flow has no earlier run report to compare with.';
    return section('changes', 'Changes since the previous run', [html`<p>${why}</p>`]);
  }
  const now = { ...report, planned };
  const rows = compared.map(({ name, value, text }) => {
    const [after, before] = [value(now), value(previous)];
    return [name, text(after), text(before), difference(after - before, text)];
  });
  const { run, status, startedAt } = previous;
  return section('changes', 'Changes since the previous run', [
    table(
      `Compared with run ${run} (${status}), started ${timeText(startedAt)}.`,
      [
        { title: 'Metric', kind: 'word' },
        { title: 'This run', kind: 'number' },
        { title: 'Previous run', kind: 'number' },
        { title: 'Difference', kind: 'number' },
      ],
      rows,
    ),
  ]);
}

type Compared = Omit<TotalsOfRun, 'run' | 'startedAt' | 'status'>;

const compared: readonly {
  readonly name: string;
  readonly value: (run: Compared) => number;
  readonly text: (amount: number) => string;
}[] = [
  { name: 'Listed', value: ({ listed }) => listed, text: numberText },
  { name: 'New', value: ({ planned }) => planned.new ?? 0, text: numberText },
  { name: 'Changed', value: ({ planned }) => planned.changed ?? 0, text: numberText },
  { name: 'Retried', value: ({ planned }) => planned['failed-before'] ?? 0, text: numberText },
  { name: 'Transferred', value: ({ transferred }) => transferred, text: numberText },
  { name: 'Failed', value: ({ failed }) => failed, text: numberText },
  { name: 'Held', value: ({ held }) => held, text: numberText },
  { name: 'Refused', value: ({ refused }) => refused, text: numberText },
  { name: 'Bytes', value: ({ bytes }) => bytes, text: bytesText },
  { name: 'Duration', value: ({ seconds }) => seconds, text: durationText },
];

function difference(by: number, text: (amount: number) => string): string {
  const shown = text(Math.abs(by));
  if (by === 0 || shown === text(0)) return 'none';
  return `${by > 0 ? '+' : '−'}${shown}`;
}
