import { createPrivateKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { NewEvent } from '../../../local/eventbridge/event-bus.ts';
import { createAuthority } from '../../../testing/certificates.ts';
import { serveCli } from '../../support/cli/serve-cli.ts';
import { functionPids, noProc } from '../../support/functions/function-pids.ts';
import { startTestPartner, testUser } from '../../support/partner/test-partner.ts';
import {
  findSecrets,
  processTraces,
  readFiles,
  secretLines,
  toNeedles,
} from '../../support/secret-traces.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';
import { ledgerItems } from '../../support/stored/ledger-items.ts';
import { waitUntil } from '../../support/wait-until.ts';

/** Unique words: each place that has one has a secret. */
const passwords = {
  leaky: 'leaky-"pw"\\7f3a19',
  refused: 'refused-pw-55aa02',
  broken: 'broken-pw-0c0c77',
};
const account = 'leaky-account-4d2e19';
const passphrases = { leaky: 'leaky-phrase-91c2e4', broken: 'broken-phrase-3c3c88' };

const clients = await createAuthority('Authority of clients');
const client = await clients.issue({ names: ['client.example'], usage: 'client' });
const clientKey = createPrivateKey(client.keyPem)
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: passphrases.leaky })
  .toString();

const needles = toNeedles([
  ...Object.values(passwords),
  ...Object.values(passphrases),
  account,
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
    account: { name: account, asked: 'after-password' },
  },
  login: {
    user: testUser,
    password: passwords.leaky,
    account,
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

/** Makes everything fail, at servers that repeat the secrets in their replies. */
function spoil(): void {
  leaky.tree.put('/files/arrives.csv', { content: 'arrives' });
  leaky.tree.put('/files/denied.csv', { content: 'denied' });
  leaky.tree.put('/files/stays.csv', { content: 'stays' });
  const echo = (code: number, secret: string) =>
    ({ kind: 'reply', code, text: `No. You are ${secret}.` }) as const;
  const password = Buffer.from(passwords.leaky);
  leaky.server.fault({ on: 'RETR', path: '/files/denied.csv', do: echo(550, passwords.leaky) });
  leaky.server.fault({ on: 'DELE', path: '/files/stays.csv', do: echo(550, password.toString('base64')) });
  leaky.tree.put('/files/echoes.csv', { content: 'echoes' });
  leaky.server.fault({ on: 'RETR', path: '/files/echoes.csv', do: echo(550, account) });
  leaky.server.fault({ on: 'STOR', do: echo(553, Buffer.from(passphrases.leaky).toString('hex')) });
  refused.server.fault({
    on: 'PASS',
    do: { kind: 'reply', code: 530, text: `Login incorrect: ${passwords.refused}` },
  });
}
spoil();

const runSchema = z.object({ run: z.string(), status: z.string() });

/** For two stages and about twenty commands in sequence. */
const timeout = 300_000;

test('No document, log or event of failed runs contains a secret', {
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
  await waitUntil({
    what: 'a delivery has failed',
    check: async () => (await push('leaky', 'out').issues())[0],
  });

  // The runs must have failed in the intended ways.
  expect(runs.map(({ report }) => report.status)).toEqual(['incomplete', 'failed', 'failed', 'failed']);
  expect(runs[0]?.report).toMatchObject({ transferred: 2, failed: 2, disposed: 1, notDisposed: 1 });
  expect(events.map(({ detailType }) => detailType)).toContain('partner.circuit-opened');
  const items = await ledgerItems(stage.table);
  expect(items.length).toBeGreaterThan(5);
  expect(findSecrets(JSON.stringify(items), needles)).toEqual([]);
  expect(findSecrets(JSON.stringify(events), needles)).toEqual([]);
  const files = [...readFiles(dataFolder)];
  const names = files.map(([path]) => path).join('\n');
  for (const kind of ['logs', 'objects', 'queues', 'tables'])
    expect(names).toContain(`${dataFolder}/${kind}/`);
  expect(
    files.flatMap(([path, bytes]) => findSecrets(bytes, needles).map((found) => `${path}: ${found}`)),
  ).toEqual([]);
});

describe('No secret is in', () => {
  test('the output of any command, nor in the command lines and environments of its processes', {
    timeout,
  }, async ({ skip }) => {
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
    expect(findSecrets(said.join('\n'), needles)).toEqual([]);
    const written = [...started, ...readFiles(cli.dataFolder), ...readFiles(cli.home)];
    expect(
      written.flatMap(([path, bytes]) => findSecrets(bytes, needles).map((found) => `${path}: ${found}`)),
    ).toEqual([]);
    expect(
      findSecrets([...readFiles(cli.folder)].find(([path]) => path === page)?.[1] ?? '', needles),
    ).toEqual([]);
  });

  test('any file but the secrets file, where the search finds it', () => {
    const everything = partners.map(({ login }) => JSON.stringify(login)).join('\n');

    const found = findSecrets(everything, needles);

    expect(found).toEqual(
      expect.arrayContaining([...Object.values(passwords), ...Object.values(passphrases)]),
    );
  });
});
