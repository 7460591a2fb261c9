/**
 * A file of 5 GiB pulled by functions with a timeout of 20 seconds, over 1 and over 4 connections, while
 * workers are killed at ten random moments. The object must have the file's SHA-256, no part may be
 * transferred more than twice, no upload may be left open, no function may exceed 512 MiB, and no payload of
 * the state machine 64 KiB. Prints a table; exits with 1 when a check fails.
 *
 * Usage: node test/bench/scale/file.ts [--mebibytes SIZE] [--seconds LIMIT] [--kills COUNT] [--connections
 * COUNT]
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { textTable } from '../../../cli/text/text-table.ts';
import { partSizeBytes } from '../../../lambdas/core/plan/part-size.ts';
import { recordedReads } from '../../../testing/ftps-server/recorded-reads.ts';
import type { FtpsServer } from '../../../testing/ftps-server/server.ts';
import { generatedSha256 } from '../../../testing/ftps-server/tree/generated-content.ts';
import type { TestStage } from '../../support/stage/test-stage.ts';
import { watchProcesses } from '../watch-processes.ts';
import { RandomKills } from './random-kills.ts';
import {
  Checks,
  maxFunctionBytes,
  maxPayloadBytes,
  mebibyte,
  mib,
  openScaleStage,
  startCountingPartner,
} from './scale-stage.ts';

const { values } = parseArgs({
  options: {
    mebibytes: { type: 'string', default: '5120' },
    seconds: { type: 'string', default: '20' },
    kills: { type: 'string', default: '10' },
    connections: { type: 'string', multiple: true, default: ['1', '4'] },
  },
});
const content = { sizeBytes: Number(values.mebibytes) * mebibyte, seed: 4 };
const sha256 = generatedSha256(content);
const checks = new Checks();
const rows: string[][] = [];
for (const connections of values.connections.map(Number)) await pullOver(connections);
const header = ['CONNECTIONS', 'MiB', 'SECONDS', 'MiB/s', 'KILLED', 'MOST FETCHED', 'WORKER MiB', 'PAYLOAD'];
process.stdout.write(`\n${textTable(header, rows)}\n`);
checks.end(
  'The object has the SHA-256 of the file, no part was transferred more than twice, and no upload is left open.',
);

async function pullOver(maxConnections: number): Promise<void> {
  process.stdout.write(`${values.mebibytes} MiB over ${maxConnections} connections\n`);
  await using partner = await startCountingPartner({ maxConnections });
  partner.tree.put('/files/huge.bin', { content });
  await using stage = await openScaleStage([partner], { functionSeconds: Number(values.seconds) });
  const flow = stage.flow(partner.name);
  const watch = watchProcesses(process.pid);
  const kills = new RandomKills(Number(values.kills), () => stage.kill('transfer-slice'));
  const { report } = await flow.pull();
  kills.end();
  const peakBytes = watch.end().functions.get('transfer-slice')?.peakResidentBytes ?? Number.NaN;

  const expect = (what: string, holds: boolean) =>
    checks.expect(`${maxConnections} connections: ${what}`, holds);
  const most = mostFetched(partner.server, content.sizeBytes);
  const payload = await stage.largestPayload();
  expect(`the run ${report.status}`, report.status === 'succeeded' && report.transferred === 1);
  expect(
    'the object has a different SHA-256',
    (await hashObject(stage, `${flow.prefix}huge.bin`)) === sha256,
  );
  expect(`a part was transferred ${most} times`, most <= 2);
  expect('an upload is left open', (await flow.openUploads()).length === 0);
  expect(`only ${kills.done} workers were killed`, kills.done === Number(values.kills));
  expect(`a worker used ${mib(peakBytes)} MiB`, peakBytes < maxFunctionBytes);
  expect(`${payload.event} had ${payload.bytes} bytes`, payload.bytes < maxPayloadBytes);
  rows.push([
    String(maxConnections),
    mib(content.sizeBytes),
    report.seconds.toFixed(1),
    (content.sizeBytes / mebibyte / report.seconds).toFixed(0),
    String(kills.done),
    String(most),
    mib(peakBytes),
    String(payload.bytes),
  ]);
}

/** How often a part was transferred completely, at most. */
function mostFetched(server: FtpsServer, sizeBytes: number): number {
  const partBytes = partSizeBytes(sizeBytes);
  const reads = recordedReads({ server });
  const counts = Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => {
    const [start, end] = [index * partBytes, Math.min(sizeBytes, (index + 1) * partBytes)];
    return reads.filter(({ offset, bytes }) => offset <= start && offset + bytes >= end).length;
  });
  return Math.max(...counts);
}

async function hashObject({ stage: { inbox } }: TestStage, key: string): Promise<string> {
  const { Body } = await inbox.client.send(new GetObjectCommand({ Bucket: inbox.name, Key: key }));
  if (!(Body instanceof Readable)) throw new Error(`${key} has no bytes`);
  const hash = createHash('sha256');
  await pipeline(Body, hash);
  return hash.digest('hex');
}
