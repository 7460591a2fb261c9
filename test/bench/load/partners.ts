/**
 * Runs of many partners that start within one minute, on the local stack. Every file must arrive once. Prints
 * a timeline with the memory of the functions, and where the processor's time went; exits with 1 when a check
 * fails.
 *
 * Usage: node test/bench/load/partners.ts [--partners COUNT] [--files COUNT] [--minutes MINUTES]
 *        [--concurrency COUNT]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createAuthority } from '../../../testing/certificates.ts';
import { startFtpsServer } from '../../../testing/ftps-server/server.ts';
import { MemoryTree } from '../../../testing/ftps-server/tree/memory-tree.ts';
import { partnerAt, testPassword, testUser } from '../../support/partner/test-partner.ts';
import { Checks, mebibyte, openScaleStage } from '../scale/scale-stage.ts';
import { childrenMemory, watchProcesses } from '../watch-processes.ts';
import { Timeline } from './timeline.ts';

const { values } = parseArgs({
  options: {
    partners: { type: 'string', default: '200' },
    files: { type: 'string', default: '5' },
    minutes: { type: 'string', default: '1' },
    concurrency: { type: 'string' },
  },
});
const count = Number(values.partners);
const files = Number(values.files);
const maxConcurrency = values.concurrency === undefined ? undefined : Number(values.concurrency);
const spreadMs = Number(values.minutes) * 60_000;

await using cleanup = new AsyncDisposableStack();
const authority = await createAuthority('ftps-sync load');
const names = Array.from({ length: count }, (_, number) => `partner-${number}`);
const tree = new MemoryTree();
for (const name of names) {
  for (let file = 0; file < files; file += 1)
    tree.put(`/${name}/file-${file}.csv`, { content: `${name} ${file}` });
}
const server = await startFtpsServer({
  files: tree,
  users: { [testUser]: testPassword },
  certificate: await authority.issue({ names: ['127.0.0.1'] }),
});
cleanup.defer(() => server.close());
let invocations = 0;
let throttled = 0;
await using stage = await openScaleStage(
  names.map((name) =>
    partnerAt(server.port, name, {
      tls: { ca: authority.certificatePem },
      flows: { files: { remote: `/${name}` } },
    }),
  ),
  {
    maxConcurrency,
    onInvocation: ({ end }) => {
      if (end === 'throttled') throttled += 1;
      else invocations += 1;
    },
  },
);

let started = 0;
let ended = 0;
const durations: number[] = [];
process.stdout.write(`${count} partners with ${files} files each, started within ${spreadMs / 1000} s\n\n`);
const watch = watchProcesses(process.pid);
const timeline = new Timeline(async () => {
  const { count: processes, bytes } = childrenMemory(process.pid);
  return {
    started,
    running: started - ended,
    ended,
    processes,
    MiB: Math.round(bytes / mebibyte),
    invocations,
    throttled,
  };
});
const checks = new Checks();
await Promise.all(
  names.map(async (name, index) => {
    await sleep((index * spreadMs) / count);
    const startMs = performance.now();
    started += 1;
    const { exitCode, report } = await stage.flow(name).pull();
    ended += 1;
    durations.push((performance.now() - startMs) / 1000);
    checks.expect(`the run of ${name} exited with ${exitCode}`, exitCode === 0);
    checks.expect(`${name} has ${report.transferred} of ${files} files`, report.transferred === files);
  }),
);
await timeline.stop();
const { command, functions } = watch.end();

const sorted = durations.toSorted((a, b) => a - b);
const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
process.stdout.write(`${timeline.table()}\n\n`);
const most = timeline.peak('running');
process.stdout.write(
  [
    `All runs ended after ${timeline.seconds.toFixed(1)} s. A run took ${at(0)} s at least, ${at(0.5)} s in the median, ${at(1)} s at most.`,
    `At most ${most.count} ran at the same time (second ${most.seconds.toFixed(0)}), with ${timeline.peak('processes').count} processes of functions and ${timeline.peak('MiB').count} MiB in them.`,
    `${invocations} invocations; ${throttled} more were throttled.`,
    `Seconds of processor: ${command.cpuSeconds.toFixed(0)} this process (local stack, FTPS server, clients), ${functionSeconds()}.\n`,
  ].join('\n'),
);
checks.end('Every run succeeded, and every file arrived once.');

function functionSeconds(): string {
  return [...functions].map(([name, { cpuSeconds }]) => `${cpuSeconds.toFixed(0)} ${name}`).join(', ');
}
