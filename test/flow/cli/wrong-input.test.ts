import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import stringWidth from 'string-width';
import { afterEach, expect, test } from 'vitest';
import { createAuthority } from '../../../testing/certificates.ts';
import { noTerminal, runAtTerminal } from '../../support/cli/run-at-terminal.ts';
import { type InProcessEnd, runInProcess } from '../../support/cli/run-in-process.ts';
import { serveCli } from '../../support/cli/serve-cli.ts';
import { shareFunctions } from '../../support/functions/share-functions.ts';
import { partnerAt, startTestPartner, testPassword } from '../../support/partner/test-partner.ts';

// What a person does wrong, and where a terminal differs: each ends with the cause, the remedy and the
// documented exit code. Commands run in this process, against one stack that `local up` serves, unless a
// signal, a terminal or a pipe matters.

const authority = await createAuthority('Authority of expired');
const expiredCertificate = await authority.issue({
  names: ['127.0.0.1'],
  notBefore: new Date('2024-01-01T00:00:00Z'),
  notAfter: new Date('2025-01-01T00:00:00Z'),
});
const acme = await startTestPartner('acme', {
  flows: { files: {}, held: {}, absent: { remote: '/not/there' } },
});
const expired = await startTestPartner('expired', {
  server: { certificate: expiredCertificate },
  tls: { ca: authority.certificatePem },
});
const unknown = await startTestPartner('unknown-ca', { tls: { ca: authority.certificatePem } });
const badPassword = await startTestPartner('password', { login: { user: 'ann', password: 'hunter2' } });
const badHost = partnerAt(21, 'host', { connection: { host: 'no-such-host.invalid' } });
const badPort = partnerAt(1, 'port');
const noSecret = partnerAt(21, 'secret', { login: undefined });
const cli = await serveCli([acme, expired, unknown, badPassword, badHost, badPort, noSecret]);
const places = `--partners ${cli.partners} --secrets ${cli.secrets} --data ${cli.dataFolder}`;
const play = (line: string) => runInProcess(`${line} ${places}`);

afterEach(() => {
  delete process.env.COLUMNS;
});

function expectEnd(end: InProcessEnd, exitCode: number, says: readonly string[]): void {
  for (const words of says) expect(end.stdout + end.stderr).toContain(words);
  expect(end.stderr).not.toMatch(/\n {4}at /);
  expect(end.exitCode).toBe(exitCode);
}

const good = {
  connection: 'host: ftps.partner.example, security: explicit, secret: ftps-sync/bad',
  flow: 'name: a, direction: pull, remote: /a, prefix: bad/a/',
};

function folderWith(name: string, { connection, flow } = good): string {
  return folderOf(name, `partner: bad\nconnection: { ${connection} }\nflows:\n  - { ${flow} }\n`);
}

function folderOf(name: string, yaml: string): string {
  const folder = join(cli.folder, `partners-${name}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'bad.yaml'), yaml);
  return folder;
}

test.each([
  [
    '1: bad YAML',
    folderOf('yaml', 'partner: [\n'),
    ['bad.yaml:', 'is not valid YAML', 'a bracket before it is not closed'],
  ],
  [
    '2: a wrong key',
    folderWith('key', { ...good, connection: `${good.connection}, securty: explicit` }),
    ['connection.securty is not a setting; did you mean security?'],
  ],
  [
    '3: a wrong cron',
    folderWith('cron', { ...good, flow: `${good.flow}, schedule: { cron: '15 25 * * ? *', timeZone: UTC }` }),
    ["has '25' as hours; use 0 to 23"],
  ],
  [
    '6: a wrong zone',
    folderWith('zone', {
      ...good,
      flow: `${good.flow}, schedule: { cron: '15 2 * * ? *', timeZone: Europe/Roma }`,
    }),
    ['must be an IANA time zone', 'did you mean Europe/Rome?'],
  ],
  [
    '25: several faults at once',
    folderWith('many', {
      connection: 'host: ftp://x, port: 0, securty: explicit',
      flow: "name: A, direction: pul, remote: a, prefix: 'a/{yyyy}/'",
    }),
    [
      'connection.host',
      'connection.port',
      'connection.security is missing',
      'connection.secret is missing',
      'flows[0].name',
      'did you mean pull?',
      'flows[0].remote',
      '{yyyy}',
    ],
  ],
])('%s', async (_, folder, says) => {
  expectEnd(await runInProcess(`validate --partners ${folder}`), 2, [...says, 'docs/partners.md']);
});

test.each([
  [
    '4: a secret that does not exist',
    'secret',
    2,
    ["The secret 'ftps-sync/secret' does not exist", 'secret put'],
  ],
  ['7: a wrong host', 'host', 5, ['host-not-found', 'no-such-host.invalid', 'Check connection.host']],
  ['8: a wrong port', 'port', 5, ['connection-refused', '127.0.0.1:1', 'Check connection.port']],
  ['9: a wrong password', 'password', 5, ['login-refused', '530', 'secret put']],
  ['10: an expired certificate', 'expired', 5, ['certificate-refused', 'expired']],
  ['11: an unknown certificate authority', 'unknown-ca', 5, ['certificate-refused', 'connection.tls.ca']],
])('%s', async (_, partner, exitCode, says) => {
  const end = await play(`run ${partner} files`);

  expectEnd(end, exitCode, says);
  expect(end.stdout + end.stderr).not.toContain('hunter2');
});

test.each([
  ['missing', undefined, ['cannot be read (ENOENT)']],
  [
    'not JSON',
    '{"ftps-sync/acme": "hunter2',
    ['must be a JSON object', '{"user": "...", "password": "..."}'],
  ],
])('5: a secrets file that is %s', async (name, content, says) => {
  const secrets = join(cli.folder, `secrets-${name.replace(' ', '-')}.json`);
  if (content !== undefined) writeFileSync(secrets, content);
  const other = `--partners ${cli.partners} --secrets ${secrets} --data ${join(cli.folder, 'unused')}`;

  const end = await runInProcess(`run acme files ${other}`);

  expectEnd(end, 2, [secrets, ...says]);
  expect(end.stderr).not.toContain('hunter2');
});

test('12: a missing directory', async () => {
  expectEnd(await play('run acme absent'), 6, ['/not/there', '550', 'Correct `remote` in the partner file']);
});

test.each([
  ['13: an unknown partner', 'run acm files', ["no partner 'acm'", 'Check the name']],
  ['13: an unknown partner that has nothing to list', 'attention acm', ["no partner 'acm'", 'It has: acme,']],
  ['14: an unknown flow', 'run acme fils', ["has no flow 'fils'", 'It has: files, held, absent']],
  [
    '14: an unknown flow that has nothing to list',
    'files acme fils',
    ["has no flow 'fils'", 'It has: files, held, absent'],
  ],
  ['14: an unknown flow of status', 'status acme fils', ['Did you mean acme/files?']],
  ['15: an unknown flag', 'run acme files --accept', ["unknown option '--accept'", '--help']],
  ['16: an unknown command', 'staus', ["unknown command 'staus'", 'Did you mean status?']],
  [
    '22: a question without a terminal',
    'forget acme files a.csv --reason x',
    ['No terminal to ask', 'nothing changed', '--yes'],
  ],
])('%s', async (_, line, says) => {
  expectEnd(await play(line), 2, says);
});

test('17: data that cannot be written, or is damaged', async () => {
  writeFileSync(join(cli.folder, 'a-file'), '');
  const unwritable = join(cli.folder, 'a-file', 'data');
  const damaged = join(cli.folder, 'damaged');
  mkdirSync(join(damaged, 'queues'), { recursive: true });
  shareFunctions(damaged);
  writeFileSync(join(damaged, 'queues', 'queues.sqlite'), 'no database'.repeat(1000));
  const on = (data: string) =>
    `status acme --partners ${cli.partners} --secrets ${cli.secrets} --data ${data}`;

  expectEnd(await runInProcess(on(unwritable)), 2, [unwritable, 'cannot be written (ENOTDIR)', '--data']);
  expectEnd(await runInProcess(on(damaged)), 2, [
    'Damaged data',
    'queues.sqlite',
    'Restore the data folder',
    '--data',
  ]);
});

test('17: an object whose bytes are damaged ends get, with the others downloaded', async () => {
  acme.tree.put('/files/a.csv', { content: 'whole' }).put('/files/b.csv', { content: 'damaged' });
  expect((await play('run acme files')).exitCode).toBe(0);
  truncateSync(blobOf('damaged'), 1);
  const to = join(cli.folder, 'got');

  const end = await play(`get acme files --to ${to}`);

  expectEnd(end, 1, [
    '1 object could not be downloaded',
    'b.csv: The object is damaged',
    '1 bytes instead of 7',
    'replay acme files',
  ]);
  expect(readFileSync(join(to, 'a.csv'), 'utf8')).toBe('whole');
});

test('18 and 19: two runs at once, and Ctrl-C', async () => {
  acme.tree.put('/held/a.csv', { content: 'a' });
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const change = () => {
    reached.resolve();
    return opened.promise;
  };
  acme.server.fault({
    on: 'RETR',
    path: '/held/a.csv',
    times: 1,
    do: { kind: 'meanwhile', afterBytes: 0, change },
  });
  const first = cli.start('run', 'acme', 'held');
  await reached.promise;

  const second = await play('run acme held');
  first.child.kill('SIGINT');
  const interrupted = await first.ended;
  opened.resolve();

  expectEnd(second, 4, ['Run not started (busy)', 'Try again when that has ended']);
  expect(interrupted.stderr).toContain(
    "Interrupted: only this command ends. What the stage has begun goes on; 'status' shows it.",
  );
  expect(interrupted.exitCode).toBe(130);
});

test.each([60, 80])('20: status fits %i columns', async (columns) => {
  process.env.COLUMNS = String(columns);

  const end = await play('status');

  expect(end.exitCode).toBe(0);
  const table = end.stdout.slice(0, end.stdout.indexOf('Details:'));
  expect(table).toContain('FLOW             acme/files\n');
  expect(
    table
      .split('\n')
      .slice(0, -1)
      .map((line) => stringWidth(line))
      .filter((width) => width > columns),
  ).toEqual([]);
});

test.skipIf(noTerminal !== undefined)('21: colours at a terminal, and none with NO_COLOR', async () => {
  const args = ['status', 'acme', ...places.split(' ')];

  const coloured = await runAtTerminal(args, [], { TERM: 'xterm-256color' });
  const plain = await runAtTerminal(args, [], { TERM: 'xterm-256color', NO_COLOR: '1' });

  expect(coloured.screen).toContain('\u001b[31mfailed');
  expect(plain.screen).toContain('failed');
  expect(plain.screen).not.toContain('\u001b[3');
  expect([coloured.exitCode, plain.exitCode]).toEqual([0, 0]);
});

test('23 and 24: 100,000 rows, and a closed pipe', async () => {
  const run = '20261120T021500Z-1f3a9c04';
  const data = join(cli.folder, 'logs-only');
  mkdirSync(join(data, 'logs'), { recursive: true });
  const line = (number: number) =>
    JSON.stringify({
      timestamp: '2026-11-20T02:15:00.000Z',
      service: 'plan-run',
      level: 'INFO',
      message: `row ${number}`,
      run,
    });
  const rows = Array.from({ length: 100_000 }, (_, number) => `${line(number)}\n`);
  writeFileSync(join(data, 'logs', 'ftps-sync-local-plan-run.log'), rows.join(''));
  const start = new URL('../../../cli/start.mjs', import.meta.url).pathname;

  const whole = await runInProcess(`logs ${run} --data ${data}`);
  const command = `"${process.execPath}" ${start} logs ${run} --data ${data} | head -1; echo "exit \${PIPESTATUS[0]}"`;
  const piped = spawn('bash', ['-c', command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  });
  const [stdout, stderr] = await Promise.all([text(piped.stdout), text(piped.stderr)]);
  if (piped.exitCode === null) await once(piped, 'exit');

  expect(whole.stdout.split('\n')).toHaveLength(100_001);
  expect(whole.exitCode).toBe(0);
  expect(stdout).toMatch(/^02:15:00.000 .*row 0\nexit 0\n$/);
  expect(stderr).toBe('');
});

test('A partner file that was edited while local up runs is said not to be used', async () => {
  const file = join(cli.partners, 'acme.yaml');
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, `${before}\n# edited\n`);

  const edited = await play('status acme');
  writeFileSync(file, before);
  const restored = await play('status acme');

  expect(edited.stderr).toContain("'local up' does not use the partner files of");
  expect(restored.stderr).not.toContain('does not use');
});

test('No output has a password', async () => {
  const { stdout, stderr } = await play('attention --json');

  expect(stdout + stderr).not.toContain(testPassword);
});

/** The file in the data folder that holds exactly this content. */
function blobOf(content: string): string {
  const folder = join(cli.dataFolder, 'objects', 'blobs');
  const found = readdirSync(folder).find((name) => readFileSync(join(folder, name), 'utf8') === content);
  return join(folder, found ?? '');
}
