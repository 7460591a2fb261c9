import { createPrivateKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { NewEvent } from '../../cli/local/events/event-bus.ts';
import { createAuthority } from '../support/certificates.ts';
import { functionPids, noProc } from '../support/stage/function-pids.ts';
import { ledgerItems } from '../support/stage/ledger-items.ts';
import {
  filesBelow,
  needlesOf,
  processTraces,
  secretLines,
  secretsIn,
} from '../support/stage/secret-traces.ts';
import { serveCli } from '../support/stage/served-cli.ts';
import { startTestPartner, testUser } from '../support/stage/test-partner.ts';
import { startTestStage } from '../support/stage/test-stage.ts';
import { until } from '../support/stage/until.ts';

/** Nothing else has these words in it, so that whoever finds one has found a secret. */
const passwords = {
  leaky: 'leaky-"pw"\\7f3a19',
  refused: 'refused-pw-55aa02',
  broken: 'broken-pw-0c0c77',
};
const passphrases = { leaky: 'leaky-phrase-91c2e4', broken: 'broken-phrase-3c3c88' };

const clients = await createAuthority('Authority of clients');
const client = await clients.issue({ names: ['client.example'], usage: 'client' });
const clientKey = createPrivateKey(client.keyPem)
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: passphrases.leaky })
  .toString();

const needles = needlesOf([
  ...Object.values(passwords),
  ...Object.values(passphrases),
  ...secretLines(client.keyPem),
  ...secretLines(clientKey),
]);

const clientCertificate = client.chain;
const flows = { files: { after: 'delete' }, out: { direction: 'push', trigger: ['event'] } };
const leaky = await startTestPartner('leaky', {
  flows,
  server: {
    users: { [testUser]: passwords.leaky },
    requireClientCertificate: clients.certificatePem,
  },
  login: {
    user: testUser,
    password: passwords.leaky,
    clientCertificate,
    clientKey,
    clientKeyPassphrase: passphrases.leaky,
  },
});
const refused = await startTestPartner('refused', {
  login: { user: testUser, password: passwords.refused },
});
const broken = await startTestPartner('broken', {
  login: {
    user: testUser,
    password: passwords.broken,
    clientCertificate,
    clientKey,
    clientKeyPassphrase: passphrases.broken,
  },
});
const partners = [leaky, refused, broken];

/** Everything goes wrong, at servers that say again what they were told in secret. */
function spoil(): void {
  leaky.tree.put('/files/arrives.csv', { content: 'arrives' });
  leaky.tree.put('/files/denied.csv', { content: 'denied' });
  leaky.tree.put('/files/stays.csv', { content: 'stays' });
  const echo = (code: number) => ({ kind: 'reply', code, text: `No. You are ${passwords.leaky}.` }) as const;
  leaky.server.fault({ on: 'RETR', path: '/files/denied.csv', do: echo(550) });
  leaky.server.fault({ on: 'DELE', path: '/files/stays.csv', do: echo(550) });
  leaky.server.fault({ on: 'STOR', do: echo(553) });
  refused.server.fault({
    on: 'PASS',
    do: { kind: 'reply', code: 530, text: `Login incorrect: ${passwords.refused}` },
  });
}
spoil();

const runSchema = z.object({ run: z.string(), status: z.string() });

/** Two stages are built, and some twenty commands run one after the other. */
const timeout = 300_000;

test('No secret stands in what a stage wrote of runs that failed in every way, nor in its events', {
  timeout,
}, async () => {
  const events: NewEvent[] = [];
  const { flow, push, stage, dataFolder } = await startTestStage(partners, {
    onEvent: (event) => void events.push(event),
  });

  await push('leaky', 'out').put('order.xml', '<order/>');
  const runs = [
    await flow('leaky').pull(),
    await flow('refused').pull(),
    await flow('refused').pull(),
    await flow('broken').pull(),
  ];
  await until('the failed delivery', async () => (await push('leaky', 'out').issues())[0]);

  // What is proved is proved of runs that went wrong as they should.
  expect(runs.map(({ report }) => report.status)).toEqual(['incomplete', 'failed', 'failed', 'failed']);
  expect(runs[0]?.report).toMatchObject({ transferred: 2, failed: 1, cleared: 1, notCleared: 1 });
  expect(events.map(({ detailType }) => detailType)).toContain('partner.circuit-opened');
  const items = await ledgerItems(stage.table);
  expect(items.length).toBeGreaterThan(5);
  expect(secretsIn(JSON.stringify(items), needles)).toEqual([]);
  expect(secretsIn(JSON.stringify(events), needles)).toEqual([]);
  const files = [...filesBelow(dataFolder)];
  const names = files.map(([path]) => path).join('\n');
  for (const kind of ['logs', 'objects', 'queues', 'tables'])
    expect(names).toContain(`${dataFolder}/${kind}/`);
  expect(
    files.flatMap(([path, bytes]) => secretsIn(bytes, needles).map((found) => `${path}: ${found}`)),
  ).toEqual([]);
});

describe('No secret stands in', () => {
  test('what any command says of it, nor in what its processes were started with', { timeout }, async ({
    skip,
  }) => {
    skip(process.platform !== 'linux', noProc);
    const cli = await serveCli(partners);
    const order = join(cli.folder, 'order.xml');
    writeFileSync(order, '<order/>');
    const page = join(cli.folder, 'page.html');
    const said: string[] = [];
    const say = async (...args: readonly string[]) => {
      const { stdout, stderr, exitCode } = await cli.run(...args);
      said.push(stdout, stderr);
      return { stdout, exitCode };
    };

    const { stdout } = await say('run', 'leaky', 'files', '--json');
    const { run } = runSchema.parse(JSON.parse(stdout));
    await say('run', 'refused', 'files');
    await say('run', 'refused', 'files', '--json');
    await say('run', 'broken', 'files');
    await say('put', 'leaky', 'out', order);
    await say('run', 'leaky', 'out');
    const pids = functionPids(cli);
    const started = pids.flatMap(processTraces);
    const looks = [
      ['status'],
      ['attention'],
      ['attention', '--json'],
      ['runs', 'leaky', 'files', '--json'],
      ['files', 'leaky', 'files', '--json'],
      ['logs', run],
      ['report', run, '--to', page],
      ['report', run, '--json'],
      ['doctor', 'refused', '--json'],
    ];
    const exits = [];
    for (const look of looks) exits.push(`${look[0]}: ${(await say(...look)).exitCode}`);

    expect(exits).toEqual([
      ...[
        'status: 0',
        'attention: 0',
        'attention: 0',
        'runs: 0',
        'files: 0',
        'logs: 0',
        'report: 0',
        'report: 0',
      ],
      'doctor: 5',
    ]);
    expect(pids.length).toBeGreaterThan(5);
    expect(said.join('\n')).toContain('denied.csv');
    expect(secretsIn(said.join('\n'), needles)).toEqual([]);
    const written = [...started, ...filesBelow(cli.dataFolder), ...filesBelow(cli.home)];
    expect(
      written.flatMap(([path, bytes]) => secretsIn(bytes, needles).map((found) => `${path}: ${found}`)),
    ).toEqual([]);
    expect(
      secretsIn([...filesBelow(cli.folder)].find(([path]) => path === page)?.[1] ?? '', needles),
    ).toEqual([]);
  });

  test('the secrets file alone, which shows that the search finds what is there', () => {
    const everything = partners.map(({ login }) => JSON.stringify(login)).join('\n');

    const found = secretsIn(everything, needles);

    expect(found).toEqual(
      expect.arrayContaining([...Object.values(passwords), ...Object.values(passphrases)]),
    );
  });
});
