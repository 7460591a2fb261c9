import type { ReportDetails, TotalsOfRun, WholeReport } from '../contract/report.ts';
import { bytesText, durationText, numberText } from './amounts.ts';
import { type Html, html } from './html.ts';
import { section, table } from './section.ts';
import { timeText } from './words.ts';

/** What is different from the run before. */
export function changesSection(report: WholeReport, details: ReportDetails): Html {
  const { previous, planned } = details;
  if (previous === undefined) {
    const why = 'There is no report of a run of this flow before it to compare with.';
    return section('changes', 'Since the last run', [html`<p>${why}</p>`]);
  }
  const now = { ...report, planned };
  const rows = compared.map(({ name, of, text }) => {
    const [after, before] = [of(now), of(previous)];
    return [name, text(after), text(before), difference(after - before, text)];
  });
  const { run, status, startedAt } = previous;
  return section('changes', 'Since the last run', [
    table(
      `Beside run ${run} (${status}), started ${timeText(startedAt)}.`,
      [
        { title: 'What', kind: 'word' },
        { title: 'This run', kind: 'number' },
        { title: 'Last run', kind: 'number' },
        { title: 'Difference', kind: 'number' },
      ],
      rows,
    ),
  ]);
}

type Compared = Omit<TotalsOfRun, 'run' | 'startedAt' | 'status'>;

const compared: readonly {
  readonly name: string;
  readonly of: (run: Compared) => number;
  readonly text: (value: number) => string;
}[] = [
  { name: 'Listed', of: ({ listed }) => listed, text: numberText },
  { name: 'New', of: ({ planned }) => planned.new ?? 0, text: numberText },
  { name: 'Changed', of: ({ planned }) => planned.changed ?? 0, text: numberText },
  { name: 'Tried again', of: ({ planned }) => planned['failed-before'] ?? 0, text: numberText },
  { name: 'Transferred', of: ({ transferred }) => transferred, text: numberText },
  { name: 'Failed', of: ({ failed }) => failed, text: numberText },
  { name: 'Held', of: ({ held }) => held, text: numberText },
  { name: 'Refused', of: ({ refused }) => refused, text: numberText },
  { name: 'Bytes', of: ({ bytes }) => bytes, text: bytesText },
  { name: 'Took', of: ({ seconds }) => seconds, text: durationText },
];

function difference(by: number, text: (value: number) => string): string {
  const shown = text(Math.abs(by));
  if (by === 0 || shown === text(0)) return 'none';
  return `${by > 0 ? '+' : '−'}${shown}`;
}
