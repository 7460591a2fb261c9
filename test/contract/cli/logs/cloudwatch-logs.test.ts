import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { cloudWatchLogs } from '../../../../cli/logs/cloudwatch-logs.ts';
import { ServiceError } from '../../../../local/endpoint/service-error.ts';
import { localClient, serveAws } from '../../../support/serve-aws.ts';
import type { HttpService } from '../../../support/serve-http.ts';

const run = '20261120T021500Z-1f3a9c04';
const other = '20261120T021500Z-1f3a9c05';
const startMs = Date.parse('2026-11-20T02:15:00Z');

interface Stored {
  readonly eventId: string;
  readonly timestamp: number;
  readonly message: string;
}

/** A stub of CloudWatch Logs: log groups, and their events in pages of two. */
const groups = new Map<string, Stored[]>();
const asked: z.infer<typeof requestSchema>[] = [];
const requestSchema = z.strictObject({
  logGroupName: z.string(),
  startTime: z.number(),
  filterPattern: z.string(),
  nextToken: z.string().optional(),
});

const operations = {
  FilterLogEvents: (body: unknown) => {
    const request = requestSchema.parse(body);
    asked.push(request);
    const all = groups.get(request.logGroupName);
    if (all === undefined)
      throw new ServiceError('ResourceNotFoundException', 'The log group does not exist.');
    const found = all
      .filter(({ timestamp, message }) => timestamp >= request.startTime && message.includes(run))
      .toSorted((a, b) => a.timestamp - b.timestamp);
    const from = Number(request.nextToken ?? 0);
    const next = from + 2 < found.length ? { nextToken: String(from + 2) } : {};
    return { events: found.slice(from, from + 2), ...next };
  },
};

let served: HttpService;
let client: CloudWatchLogsClient;

beforeAll(async () => {
  served = await serveAws(() => operations);
  client = new CloudWatchLogsClient({ endpoint: served.url, ...localClient });
});
afterAll(async () => {
  client.destroy();
  await served.stop();
});
beforeEach(() => {
  groups.clear();
  asked.length = 0;
});

function source() {
  return cloudWatchLogs(client, { stage: 'prod', run });
}

/** A line of a function, so many seconds after the start of the run. */
function write(step: string, seconds: number, { of = run, message = 'done' } = {}): void {
  const name = `/aws/lambda/ftps-sync-prod-${step}`;
  const timestamp = startMs + seconds * 1000;
  const line = {
    timestamp: new Date(timestamp).toISOString(),
    service: step,
    level: 'INFO',
    message,
    run: of,
  };
  const events = groups.get(name) ?? [];
  groups.set(name, events);
  events.push({ eventId: `${name}-${events.length}`, timestamp, message: `${JSON.stringify(line)}\n` });
}

async function collect(lines: AsyncIterable<{ readonly function: string; readonly message: string }>) {
  return (await Array.fromAsync(lines)).map((line) => `${line.function} ${line.message}`);
}

test('Lines of all functions come in order of time, across pages and groups', async () => {
  for (const second of [3, 5, 7, 9, 11]) write('transfer-batch', second, { message: `batch ${second}` });
  write('start-run', 0);
  write('transfer-slice', 6);
  write('finish-run', 12);

  const lines = await collect(source().newLines());

  expect(lines).toEqual([
    'start-run done',
    'transfer-batch batch 3',
    'transfer-batch batch 5',
    'transfer-slice done',
    'transfer-batch batch 7',
    'transfer-batch batch 9',
    'transfer-batch batch 11',
    'finish-run done',
  ]);
});

test('A line that only quotes the run ID is not a line of the run', async () => {
  write('start-run', 0, { of: other, message: `${run} holds the lease` });

  expect(await collect(source().newLines())).toEqual([]);
});

test('A late line comes once, even if it was written before lines that came earlier', async () => {
  const logs = source();
  write('transfer-batch', 100, { message: 'first' });
  await collect(logs.newLines());
  write('transfer-batch', 95, { message: 'late' });
  write('transfer-batch', 110, { message: 'next' });

  const lines = [await collect(logs.newLines()), await collect(logs.newLines())];

  expect(lines).toEqual([['transfer-batch late', 'transfer-batch next'], []]);
});

test('The request filters by the run ID, from a minute before the start of the run', async () => {
  await collect(source().newLines());

  expect(asked[0]).toEqual({
    logGroupName: '/aws/lambda/ftps-sync-prod-start-run',
    startTime: startMs - 60_000,
    filterPattern: `{ $.run = "${run}" }`,
  });
});
