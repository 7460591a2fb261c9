import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { eventTypes } from '../../../../lambdas/contract/events/event.ts';
import {
  metricDimensions,
  partnerMetrics,
  stageMetrics,
} from '../../../../lambdas/contract/events/metrics.ts';

const page = await readFile(new URL('../../../../docs/monitoring.md', import.meta.url), 'utf8');

/** The first cell of each table row in a section. */
function readFirstCells(heading: string): readonly string[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  return [...own.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell = '']) => cell);
}

it('names every event, and no other', () => {
  expect(readFirstCells('Events').toSorted()).toEqual(eventTypes.toSorted());
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
  expect(readFirstCells('Metrics')).toHaveLength(rows.length);
});

it('states how many metrics cost money', () => {
  const stage = Object.keys(stageMetrics).length;
  const partner = Object.keys(partnerMetrics).length;

  expect(page).toContain(`At most ${stage} per stage and ${partner} per partner`);
});
