import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { eventTypes } from '../../../lambdas/contract/event.ts';
import { metricDimensions, partnerMetrics, stageMetrics } from '../../../lambdas/contract/metrics.ts';

const page = await readFile(new URL('../../../docs/signals.md', import.meta.url), 'utf8');

/** The first cells of the rows below a heading. */
function firstCells(heading: string): readonly string[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  return [...own.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell = '']) => cell);
}

it('names every event, and no other', () => {
  expect(firstCells('Events').toSorted()).toEqual(eventTypes.toSorted());
});

it('names every metric with its dimensions and unit', () => {
  const dimensions = {
    stage: metricDimensions.stage.join(', '),
    partner: metricDimensions.partner.join(', '),
  };
  const rows = [
    ...Object.entries(stageMetrics).map(([name, unit]) => [name, dimensions.stage, unit]),
    ...Object.entries(partnerMetrics).map(([name, unit]) => [name, dimensions.partner, unit]),
  ];

  const missing = rows.filter(
    ([name, of, unit]) => !page.includes(`| \`${name}\` | ${of} | ${unit?.toLowerCase()} |`),
  );

  expect(missing).toEqual([]);
  expect(firstCells('Metrics')).toHaveLength(rows.length);
});

it('counts the metrics that are paid for', () => {
  const stage = Object.keys(stageMetrics).length;
  const partner = Object.keys(partnerMetrics).length;

  expect(page).toContain(`At most ${stage} a stage and ${partner} a partner`);
});
