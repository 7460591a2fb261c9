import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readBudget } from '../../lambdas/ledger/connection-limit.ts';
import { availableServers } from '../support/real-servers/available-servers.ts';
import type { RealServer } from '../support/real-servers/real-server.ts';
import { type PartnerSetup, partnerAt } from '../support/stage/test-partner.ts';
import { startTestStage } from '../support/stage/test-stage.ts';

const six = ['one', 'two', 'three', 'four', 'five', 'six'];
const filesPerFlow = 12;
const connections = 3;

/** What makes a server write each of its replies to the file. */
const replyLogs: Readonly<Record<string, (file: string) => readonly string[]>> = {
  vsftpd: (file) => [
    'xferlog_enable=YES',
    'xferlog_std_format=NO',
    'log_ftp_protocol=YES',
    `vsftpd_log_file=${file}`,
  ],
  proftpd: (file) => ['LogFormat replies "%s %S"', `ExtendedLog ${file} ALL replies`],
};

/** How a server says that it has no room: as its log shows it. */
const refusalOf: Readonly<Record<string, RegExp>> = {
  vsftpd: /FTP response.*"421 /,
  proftpd: /^530 .*maximum/,
};

const folder = await mkdtemp(join(tmpdir(), 'ftps-sync-budget-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const { ready, absent } = await availableServers();
const tested = ready.filter(({ name }) => Object.hasOwn(replyLogs, name));
for (const { name, reason } of absent.filter((server) => Object.hasOwn(replyLogs, server.name))) {
  process.stdout.write(`Skipped: six flows at once against ${name}: ${reason}.\n`);
  test.skip(`six flows at once are run against ${name} where it is present (${reason})`);
}

const servers: RealServer[] = [];
for (const { name, start } of tested) {
  const settings = replyLogs[name]?.(logOf(name)) ?? [];
  const server = await start({ security: 'explicit', maxConnections: connections, settings });
  afterAll(() => server.close());
  await seed(server);
  servers.push(server);
}
const wide = (name: string) => `${name}-wide`;
const { flow, stage } = await startTestStage([
  ...servers.map((server) => partnerOf(server, { name: server.name, maxConnections: connections })),
  ...servers.map((server) => partnerOf(server, { name: wide(server.name), maxConnections: connections + 1 })),
]);

describe.each(servers)('$name, which allows three sessions', ({ name }) => {
  test('serves six flows at once, and has none to refuse', { timeout: 180_000 }, async () => {
    const runs = await Promise.all(six.map((each) => flow(name, each).pull()));

    expect(runs.map(({ report }) => [report.status, report.transferred])).toEqual(
      six.map(() => ['succeeded', filesPerFlow]),
    );
    expect((await repliesOf(name)).some((reply) => /\b230 /.test(reply))).toBe(true);
    expect(await refusalsBy(name)).toEqual([]);
    expect((await readBudget(stage.table, flow(name, 'one').partner)).lowered).toBeUndefined();
  });

  test('refuses one session where the partner file says four, and is not asked again', {
    timeout: 180_000,
  }, async () => {
    const before = (await refusalsBy(name)).length;

    const runs = await Promise.all(six.map((each) => flow(wide(name), each).pull()));

    const { lowered } = await readBudget(stage.table, flow(wide(name), 'one').partner);
    expect(runs.map(({ report }) => report.status)).toEqual(six.map(() => 'succeeded'));
    expect(await refusalsBy(name)).toHaveLength(before + 1);
    // Others may have ended between the server's refusal and the counting of them.
    expect(lowered?.to).toBeLessThanOrEqual(connections);
    expect(lowered?.refusals).toBe(1);
  });
});

async function repliesOf(name: string): Promise<readonly string[]> {
  return (await readFile(logOf(name), 'utf8')).split('\n');
}

async function refusalsBy(name: string): Promise<readonly string[]> {
  return (await repliesOf(name)).filter((reply) => refusalOf[name]?.test(reply));
}

function logOf(name: string): string {
  return join(folder, `${name}.log`);
}

async function seed({ root, owner }: RealServer): Promise<void> {
  for (const name of six) {
    for (const directory of [name, ...[0, 1, 2].map((number) => `${name}/${number}`)]) {
      await mkdir(join(root, directory));
      await chown(join(root, directory), owner.uid, owner.gid);
    }
    for (let number = 1; number <= filesPerFlow; number++) {
      await writeFile(join(root, name, `${number % 3}`, `${number}.csv`), `${name} ${number}`);
    }
  }
}

function partnerOf(
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
