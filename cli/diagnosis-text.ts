import { Document, isMap, isScalar } from 'yaml';
import type { Diagnosis } from '../lambdas/contract/diagnosis.ts';
import { countText, durationText } from './amounts.ts';
import { shownText, textTable } from './text-table.ts';

type Finding = Diagnosis['findings'][number];

/** What the doctor says, for people: each step, what it means where something follows, and what the partner file should say. */
export function diagnosisText(diagnosis: Diagnosis): string {
  const { findings, notAsked, changes, settings, partner } = diagnosis;
  const rows = findings.map(({ step, level, seconds, found }) => [step, level, durationText(seconds), found]);
  const parts = [
    textTable(['STEP', 'FINDING', 'TIME', 'WHAT WAS SEEN'], rows),
    notAsked === undefined ? '' : `Not asked: ${notAsked.steps.join(', ')}: ${notAsked.why}.\n`,
    `\n${findings.map(findingText).join('')}`,
    changes.length === 0
      ? ''
      : `\nNot as it was when somebody last looked:\n${changes.map(changeText).join('')}`,
    settings.length === 0
      ? ''
      : `\nIn the partner file of ${partner}, only what differs:\n\n${suggestedBlock(settings)}`,
    `\n${summaryText(diagnosis)}\n`,
  ];
  return parts.join('');
}

/** The settings as they would stand in the partner file, each with its condition behind it. */
function suggestedBlock(settings: Diagnosis['settings']): string {
  const document = new Document({});
  for (const { path, value, why } of settings) {
    const place = placeOf(document, path);
    document.setIn(place, document.createNode(value));
    const node = document.getIn(place, true);
    // A comment behind a list would stand on a line of its own, at the wrong depth.
    if (isScalar(node)) node.comment = ` ${shownText(why)}`;
    else if (node !== undefined && typeof node === 'object' && node !== null) {
      Object.assign(node, { commentBefore: ` ${shownText(why)}` });
    }
  }
  return document.toString({ lineWidth: 0 });
}

/** `flows` is a list in the file: a flow is found by its name, or added with it. */
function placeOf(document: Document, path: readonly string[]): readonly (string | number)[] {
  const [first = '', flow = '', ...rest] = path;
  if (first !== 'flows') return path;
  if (!document.has('flows')) document.set('flows', document.createNode([]));
  for (let index = 0; ; index++) {
    const node = document.getIn(['flows', index]);
    if (node === undefined) {
      document.setIn(['flows', index], document.createNode({ name: flow }));
      return ['flows', index, ...rest];
    }
    if (isMap(node) && node.get('name') === flow) return ['flows', index, ...rest];
  }
}

function findingText({ step, level, means, advice, flow }: Finding): string {
  const about = flow === undefined ? step : `${step}, ${flow}`;
  const mark = level === 'ok' ? '' : ` (${level})`;
  const next = advice === undefined ? '' : `  -> ${shownText(advice)}\n`;
  return `${about}${mark}: ${shownText(means)}\n${next}`;
}

function changeText({ what, before, after }: Diagnosis['changes'][number]): string {
  return `  ${what}: ${shownText(before)} -> ${shownText(after)}\n`;
}

function summaryText({ partner, host, port, seconds, verdict, findings }: Diagnosis): string {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const counts = `${countText(count('problem'), 'problem')}, ${countText(count('note'), 'note')}`;
  const verdicts: Readonly<Record<Diagnosis['verdict'], string>> = {
    well: 'all is well',
    problems: 'there is a session, and something to mend',
    unreachable: 'no flow can connect',
    busy: 'busy: other flows have all its connections',
  };
  return `${partner} at ${host}:${port}: ${verdicts[verdict]} (${counts}, ${durationText(seconds)}).`;
}
