import { expect, it } from 'vitest';
import { openMeter } from '../../../lambdas/runtime/metrics.ts';

const at = new Date('2026-11-20T02:15:00Z');

function written(count: (meter: ReturnType<typeof openMeter>) => void): unknown {
  const lines: string[] = [];
  count(openMeter('prod', { write: (line) => lines.push(line), now: () => at }));
  return lines.map((line) => {
    expect(line).toMatch(/^[^\n]+\n$/);
    return JSON.parse(line);
  });
}

it('writes a line from which CloudWatch makes the metrics of a stage', () => {
  const lines = written((meter) => meter.ofStage({ FilesMoved: 3, BytesMoved: 99 }));

  expect(lines).toEqual([
    {
      _aws: {
        Timestamp: at.getTime(),
        CloudWatchMetrics: [
          {
            Namespace: 'FtpsSync',
            Dimensions: [['stage']],
            Metrics: [
              { Name: 'FilesMoved', Unit: 'Count' },
              { Name: 'BytesMoved', Unit: 'Bytes' },
            ],
          },
        ],
      },
      stage: 'prod',
      FilesMoved: 3,
      BytesMoved: 99,
    },
  ]);
});

it('says of whom the numbers are without making a metric of it', () => {
  const lines = written((meter) => meter.ofStage({ FilesMoved: 1 }, { partner: 'acme', flow: 'invoices' }));

  expect(lines).toMatchObject([
    { partner: 'acme', flow: 'invoices', _aws: { CloudWatchMetrics: [{ Dimensions: [['stage']] }] } },
  ]);
});

it('tells no zero, which would cost as much as a number', () => {
  const lines = written((meter) => {
    meter.ofStage({ FilesMissing: 0, RunsOverdue: 1 });
    meter.ofStage({ FilesMissing: 0 });
  });

  expect(lines).toMatchObject([{ RunsOverdue: 1 }]);
  expect(lines).not.toMatchObject([{ FilesMissing: 0 }]);
});

it('counts by partner what is shown by partner', () => {
  const lines = written((meter) => meter.ofPartner('acme', { LastGoodRunAge: 60 }));

  expect(lines).toMatchObject([
    {
      partner: 'acme',
      LastGoodRunAge: 60,
      _aws: { CloudWatchMetrics: [{ Dimensions: [['stage', 'partner']] }] },
    },
  ]);
});
