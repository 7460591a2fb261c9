/**
 * An object of 2 GiB pushed by functions with a timeout of 20 seconds, while workers are killed at ten random
 * moments. The file at the partner must be the only one and have the object's SHA-256, no mebibyte of it may
 * be sent three times, and no worker may exceed 512 MiB. Prints a table; exits with 1 when a check fails.
 * Needs disk space of three times the object's size.
 *
 * Usage: node test/bench/scale/push.ts [--mebibytes SIZE] [--seconds LIMIT] [--kills COUNT]
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { textTable } from '../../../cli/text/text-table.ts';
import { createAuthority } from '../../../testing/certificates.ts';
import { startFtpsServer } from '../../../testing/ftps-server/server.ts';
import { CountingTree } from '../../../testing/ftps-server/tree/counting-tree.ts';
import { generatedBytes, generatedSha256 } from '../../../testing/ftps-server/tree/generated-content.ts';
import { partnerAt, testPassword, testUser } from '../../support/partner/test-partner.ts';
import { watchProcesses } from '../watch-processes.ts';
import { RandomKills } from './random-kills.ts';
import { Checks, maxFunctionBytes, mebibyte, mib, openScaleStage } from './scale-stage.ts';

const { values } = parseArgs({
  options: {
    mebibytes: { type: 'string', default: '2048' },
    seconds: { type: 'string', default: '20' },
    kills: { type: 'string', default: '10' },
  },
});
const content = { sizeBytes: Number(values.mebibytes) * mebibyte, seed: 6 };
const wantedKills = Number(values.kills);
/** Shortens pauses of minutes, and the 90 minutes after a lost function, to a few seconds. */
const waitScale = 0.0005;
const fileName = 'huge.bin';

await using cleanup = new AsyncDisposableStack();
const root = await mkdtemp(join(tmpdir(), 'ftps-sync-scale-'));
cleanup.defer(() => rm(root, { recursive: true, force: true }));
const served = join(root, 'served');
await mkdir(join(served, 'files'), { recursive: true });
const source = join(root, fileName);
await pipeline(generatedBytes(content), createWriteStream(source));

const authority = await createAuthority('ftps-sync scale');
const tree = new CountingTree(served);
const server = await startFtpsServer({
  files: tree,
  users: { [testUser]: testPassword },
  certificate: await authority.issue({ names: ['127.0.0.1'] }),
  // Without a pace, an idle machine would finish before the last kill.
  paceBytesPerSecond: content.sizeBytes / 60,
});
cleanup.defer(() => server.close());
const partner = partnerAt(server.port, 'embedded', {
  // The slot of a killed worker expires after a minute. With more slots than kills, no worker waits for that.
  connection: { maxConnections: wantedKills + 2 },
  tls: { ca: authority.certificatePem },
  flows: { files: { direction: 'push', trigger: ['schedule'], schedule: yearly() } },
});
await using stage = await openScaleStage([partner], { functionSeconds: Number(values.seconds), waitScale });
const flow = stage.push('embedded');
await stage.stage.outbox.client.send(
  new PutObjectCommand({
    Bucket: stage.stage.outbox.name,
    Key: `${flow.prefix}${fileName}`,
    Body: createReadStream(source),
    ContentLength: content.sizeBytes,
  }),
);

process.stdout.write(`${values.mebibytes} MiB by functions of ${values.seconds} seconds\n`);
const checks = new Checks();
const watch = watchProcesses(process.pid);
const kills = new RandomKills(wantedKills, () => stage.kill('push-file'));
const startMs = performance.now();
const { exitCode } = await flow.run();
const seconds = (performance.now() - startMs) / 1000;
kills.end();
const peakBytes = watch.end().functions.get('push-file')?.peakResidentBytes ?? Number.NaN;
const pieces = server.transfers.filter(({ command }) => command === 'STOR').length;

checks.expect(`the run exited with ${exitCode}`, exitCode === 0);
const names = await readdir(join(served, 'files'));
checks.expect(`the partner has ${names.join(', ')}`, names.join() === fileName);
const arrived = await sha256Of(join(served, 'files', fileName)).catch(() => 'none');
checks.expect('the file has a different SHA-256', arrived === generatedSha256(content));
checks.expect(`a mebibyte was sent ${tree.maxWrites.toFixed(2)} times`, tree.maxWrites < 3);
checks.expect('more than twice its size was sent', tree.bytes < 2 * content.sizeBytes);
checks.expect(`only ${kills.done} workers were killed`, kills.done === wantedKills);
checks.expect(`a worker used ${mib(peakBytes)} MiB`, peakBytes < maxFunctionBytes);
const row = [
  mib(content.sizeBytes),
  seconds.toFixed(1),
  mib(content.sizeBytes / seconds),
  String(kills.done),
  String(pieces),
  mib(tree.bytes),
  tree.maxWrites.toFixed(2),
  mib(peakBytes),
];
const header = ['MiB', 'SECONDS', 'MiB/s', 'KILLED', 'PIECES', 'MiB SENT', 'MOST SENT', 'WORKER MiB'];
process.stdout.write(`\n${textTable(header, [row])}\n`);
checks.end('The object arrived once, with its SHA-256, and no mebibyte of it was sent three times.');

/** A schedule that does not fire during the benchmark. */
function yearly() {
  return { cron: '0 0 1 1 ? *', timeZone: 'UTC' };
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
