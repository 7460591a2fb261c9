/**
 * Many objects put into one outbox at the same time, on the local stack: how fast they are routed and
 * delivered, and which of the two lags. Every object must arrive once, with its bytes. Prints a timeline;
 * exits with 1 when a check fails.
 *
 * Usage: node test/bench/load/puts.ts [--objects COUNT] [--connections COUNT]
 */
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createAuthority } from '../../../testing/certificates.ts';
import { startFtpsServer } from '../../../testing/ftps-server/server.ts';
import { MemoryTree } from '../../../testing/ftps-server/tree/memory-tree.ts';
import { partnerAt, testPassword, testUser } from '../../support/partner/test-partner.ts';
import { Checks, openScaleStage } from '../scale/scale-stage.ts';
import { Timeline } from './timeline.ts';

const { values } = parseArgs({
  options: {
    objects: { type: 'string', default: '2000' },
    connections: { type: 'string', default: '4' },
  },
});
const objects = Number(values.objects);
const maxConnections = Number(values.connections);
/** The sockets of the S3 client that puts them. */
const putters = 50;

await using cleanup = new AsyncDisposableStack();
const authority = await createAuthority('ftps-sync load');
const tree = new MemoryTree();
tree.putDirectory('/files');
const server = await startFtpsServer({
  files: tree,
  users: { [testUser]: testPassword },
  certificate: await authority.issue({ names: ['127.0.0.1'] }),
});
cleanup.defer(() => server.close());
const partner = partnerAt(server.port, 'embedded', {
  connection: { maxConnections },
  tls: { ca: authority.certificatePem },
  flows: { files: { direction: 'push', trigger: ['event'] } },
});
await using stage = await openScaleStage([partner]);
const flow = stage.push('embedded');
const contents = Array.from({ length: objects }, (_, number) =>
  `order ${number} `.repeat(1 + (number % 500)),
);
let put = 0;

process.stdout.write(`${objects} objects, ${maxConnections} connections\n\n`);
const timeline = new Timeline(async () => ({
  put,
  'to route': await stage.queues.count('ingest'),
  'to deliver': await stage.queues.count('push'),
  delivered: server.transfers.filter(({ command }) => command === 'STOR').length,
}));
const left = contents.entries();
await Promise.all(
  Array.from({ length: putters }, async () => {
    for (const [number, content] of left) {
      await flow.put(`order-${number}.txt`, content);
      put += 1;
    }
  }),
);
const putSeconds = timeline.seconds;
await stage.queues.quiet();
const seconds = timeline.seconds;
await timeline.stop();

const checks = new Checks();
const wrong = contents.filter((content, number) => sha256(content) !== arrivedSha256(`order-${number}.txt`));
checks.expect(`${wrong.length} objects are missing or have other bytes`, wrong.length === 0);
const stores = server.transfers.filter(({ command }) => command === 'STOR').length;
checks.expect(`${stores} uploads were made of ${objects} objects`, stores === objects);
const dead = await stage.queues.count('pushDeadLetters');
checks.expect(`${dead} deliveries are in the dead-letter queue`, dead === 0);
checks.expect(`${server.sessions.peak} sessions at once`, server.sessions.peak <= maxConnections);

process.stdout.write(`${timeline.table()}\n\n`);
const routing = timeline.peak('to route');
const delivering = timeline.peak('to deliver');
process.stdout.write(
  [
    `Put in ${putSeconds.toFixed(1)} s (${(objects / putSeconds).toFixed(0)} a second); delivered in ${seconds.toFixed(1)} s (${(objects / seconds).toFixed(1)} a second).`,
    `At most ${routing.count} waited to be routed (second ${routing.seconds.toFixed(0)}), and ${delivering.count} to be delivered (second ${delivering.seconds.toFixed(0)}).`,
    `${timeline.total('to route') > timeline.total('to deliver') ? 'Routing' : 'Delivery'} lags: more objects waited for it, and longer.\n`,
  ].join('\n'),
);
checks.end('Every object arrived once, with its bytes.');

function arrivedSha256(name: string): string {
  try {
    return sha256(tree.bytesOf(`/files/${name}`));
  } catch {
    // The check counts it as missing.
    return 'none';
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
