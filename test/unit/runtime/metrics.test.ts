import { expect, it } from 'vitest';
import { openMeter } from '../../../lambdas/runtime/metrics.ts';

const at = new Date('2026-11-20T02:15:00Z');

function linesOf(record: (meter: ReturnType<typeof openMeter>) => void): unknown {
  const lines: string[] = [];
  record(openMeter('prod', { write: (line) => lines.push(line), now: () => at }));
  return lines.map((line) => {
    expect(line).toMatch(/^[^\n]+\n$/);
    return JSON.parse(line);
  });
}

it('records metrics of a stage as one line of the embedded metric format', () => {
  const lines = linesOf((meter) => meter.recordForStage({ FilesTransferred: 3, BytesTransferred: 99 }));

  expect(lines).toEqual([
    {
      _aws: {
        Timestamp: at.getTime(),
        CloudWatchMetrics: [
          {
            Namespace: 'FtpsSync',
            Dimensions: [['stage']],
            Metrics: [
              { Name: 'FilesTransferred', Unit: 'Count' },
              { Name: 'BytesTransferred', Unit: 'Bytes' },
            ],
          },
        ],
      },
      stage: 'prod',
      FilesTransferred: 3,
      BytesTransferred: 99,
    },
  ]);
});

it('adds the context as fields, not as dimensions', () => {
  const lines = linesOf((meter) =>
    meter.recordForStage({ FilesTransferred: 1 }, { partner: 'acme', flow: 'invoices' }),
  );

  expect(lines).toMatchObject([
    { partner: 'acme', flow: 'invoices', _aws: { CloudWatchMetrics: [{ Dimensions: [['stage']] }] } },
  ]);
});

it('leaves out zeros, which CloudWatch bills like any value', () => {
  const lines = linesOf((meter) => {
    meter.recordForStage({ FilesMissing: 0, RunsOverdue: 1 });
    meter.recordForStage({ FilesMissing: 0 });
  });

  expect(lines).toMatchObject([{ RunsOverdue: 1 }]);
  expect(lines).not.toMatchObject([{ FilesMissing: 0 }]);
});

it('records metrics of a partner with the partner as a dimension', () => {
  const lines = linesOf((meter) => meter.recordForPartner('acme', { LastGoodRunAge: 60 }));

  expect(lines).toMatchObject([
    {
      partner: 'acme',
      LastGoodRunAge: 60,
      _aws: { CloudWatchMetrics: [{ Dimensions: [['stage', 'partner']] }] },
    },
  ]);
});
