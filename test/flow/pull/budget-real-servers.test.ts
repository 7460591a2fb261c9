import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readBudget } from '../../../lambdas/ledger/connection/connection-budget.ts';
import { type PartnerSetup, partnerAt } from '../../support/partner/test-partner.ts';
import { availableServers } from '../../support/real-servers/available-servers.ts';
import type { RealServer } from '../../support/real-servers/real-server.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const six = ['one', 'two', 'three', 'four', 'five', 'six'];
const filesPerFlow = 12;
const connections = 3;
/** One file of each flow takes a second: the flows hold sessions at the same time on any machine. */
const largeFile = { bytes: 150_000, bytesPerSecond: 150_000 };

/** The settings that make a server log each of its replies to the file, and limit the speed of downloads. */
const serverSettings: Readonly<Record<string, (file: string) => readonly string[]>> = {
  vsftpd: (file) => [
    'xferlog_enable=YES',
    'xferlog_std_format=NO',
    'log_ftp_protocol=YES',
    `vsftpd_log_file=${file}`,
    `local_max_rate=${largeFile.bytesPerSecond}`,
  ],
  proftpd: (file) => [
    'LogFormat replies "%s %S"',
    `ExtendedLog ${file} ALL replies`,
    `TransferRate RETR ${largeFile.bytesPerSecond / 1000}`,
  ],
};

/** A refused session in the log of a server. */
const refusalPatterns: Readonly<Record<string, RegExp>> = {
  vsftpd: /FTP response.*"421 /,
  proftpd: /^530 .*maximum/,
};

const folder = await mkdtemp(join(tmpdir(), 'ftps-sync-budget-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const { ready, absent } = await availableServers();
const tested = ready.filter(({ name }) => Object.hasOwn(serverSettings, name));
for (const { name, reason } of absent.filter((server) => Object.hasOwn(serverSettings, server.name))) {
  process.stdout.write(`Skipped: six concurrent flows against ${name}: ${reason}.\n`);
  test.skip(`six concurrent flows against ${name} (${reason})`);
}

const servers: RealServer[] = [];
for (const { name, start } of tested) {
  const settings = serverSettings[name]?.(logFile(name)) ?? [];
  const server = await start({ security: 'explicit', maxConnections: connections, settings });
  afterAll(() => server.close());
  await seed(server);
  servers.push(server);
}
const wide = (name: string) => `${name}-wide`;
const { flow, stage } = await startTestStage([
  ...servers.map((server) => createPartner(server, { name: server.name, maxConnections: connections })),
  ...servers.map((server) =>
    createPartner(server, { name: wide(server.name), maxConnections: connections + 1 }),
  ),
]);

describe.each(servers)('$name, which allows three sessions', ({ name }) => {
  test('serves six concurrent flows without refusing a session', async () => {
    const runs = await Promise.all(six.map((each) => flow(name, each).pull()));

    expect(runs.map(({ report }) => [report.status, report.transferred])).toEqual(
      six.map(() => ['succeeded', filesPerFlow]),
    );
    expect((await readReplies(name)).some((reply) => /\b230 /.test(reply))).toBe(true);
    expect(await readRefusals(name)).toEqual([]);
    expect((await readBudget(stage.table, flow(name, 'one').partner)).lowered).toBeUndefined();
  });

  test('refuses one session when the partner file allows four, and gets no further attempts', async () => {
    const before = (await readRefusals(name)).length;

    const runs = await Promise.all(six.map((each) => flow(wide(name), each).pull()));

    const { lowered } = await readBudget(stage.table, flow(wide(name), 'one').partner);
    expect(runs.map(({ report }) => report.status)).toEqual(six.map(() => 'succeeded'));
    expect(await readRefusals(name)).toHaveLength(before + 1);
    // Other sessions may have ended between the refusal and the count.
    expect(lowered?.to).toBeLessThanOrEqual(connections);
    expect(lowered?.refusals).toBe(1);
  });
});

async function readReplies(name: string): Promise<readonly string[]> {
  return (await readFile(logFile(name), 'utf8')).split('\n');
}

async function readRefusals(name: string): Promise<readonly string[]> {
  return (await readReplies(name)).filter((reply) => refusalPatterns[name]?.test(reply));
}

function logFile(name: string): string {
  return join(folder, `${name}.log`);
}

async function seed({ root, owner }: RealServer): Promise<void> {
  for (const name of six) {
    for (const directory of [name, ...[0, 1, 2].map((number) => `${name}/${number}`)]) {
      await mkdir(join(root, directory));
      await chown(join(root, directory), owner.uid, owner.gid);
    }
    for (let number = 1; number <= filesPerFlow; number++) {
      const content = number === filesPerFlow ? Buffer.alloc(largeFile.bytes, name) : `${name} ${number}`;
      await writeFile(join(root, name, `${number % 3}`, `${number}.csv`), content);
    }
  }
}

function createPartner(
  server: RealServer,
  { name, maxConnections }: { readonly name: string; readonly maxConnections: number },
): PartnerSetup {
  return partnerAt(server.port, name, {
    connection: { security: server.security, maxConnections },
    tls: { ca: server.authorityPem },
    login: { user: server.user, password: server.password },
    flows: Object.fromEntries(six.map((name) => [name, {}])),
  });
}
