import { Document, isMap, isScalar } from 'yaml';
import type { Diagnosis } from '../../lambdas/contract/documents/diagnosis.ts';
import { shownText } from '../../lambdas/core/path/printable-text.ts';
import { countText, durationText } from '../../lambdas/report/amounts.ts';
import { textTable } from './text-table.ts';

type Finding = Diagnosis['findings'][number];

/** A table of the steps, what each result means, and the settings to change in the partner file. */
export function diagnosisText(diagnosis: Diagnosis): string {
  const { findings, skipped, changes, settings, partner } = diagnosis;
  const rows = findings.map(({ step, level, seconds, found }) => [step, level, durationText(seconds), found]);
  const parts = [
    textTable(['STEP', 'LEVEL', 'TIME', 'RESULT'], rows),
    skipped === undefined ? '' : `Not checked: ${skipped.steps.join(', ')}: ${skipped.reason}.\n`,
    `\n${findings.map(findingText).join('')}`,
    changes.length === 0 ? '' : `\nChanged since the last check:\n${changes.map(changeText).join('')}`,
    settings.length === 0 ? '' : `\nChange in the partner file of ${partner}:\n\n${settingsBlock(settings)}`,
    `\n${summaryText(diagnosis)}\n`,
  ];
  return parts.join('');
}

/** The settings as YAML for the partner file, each with its reason as a comment. */
function settingsBlock(settings: Diagnosis['settings']): string {
  const document = new Document({});
  for (const { path, value, why } of settings) {
    const place = findPlace(document, path);
    document.setIn(place, document.createNode(value));
    const node = document.getIn(place, true);
    // A comment after a list would be on its own line, at the wrong indentation.
    if (isScalar(node)) node.comment = ` ${shownText(why)}`;
    else if (node !== undefined && typeof node === 'object' && node !== null) {
      Object.assign(node, { commentBefore: ` ${shownText(why)}` });
    }
  }
  return document.toString({ lineWidth: 0 });
}

/** `flows` is a list in the file: finds the flow by its name, or adds it. */
function findPlace(document: Document, path: readonly string[]): readonly (string | number)[] {
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
  const counts = `${countText(count('error'), 'error')}, ${countText(count('warning'), 'warning')}`;
  const verdicts: Readonly<Record<Diagnosis['verdict'], string>> = {
    healthy: 'connected, no errors',
    errors: 'connected, with errors',
    unreachable: 'cannot connect',
    busy: 'busy: other flows use all connections',
  };
  return `${partner} at ${host}:${port}: ${verdicts[verdict]} (${counts}, ${durationText(seconds)}).`;
}
