import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeCliFolder } from '../../support/cli/cli-folder.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';

const acme = await startTestPartner('acme', { flows: { files: {}, held: {} } });
const { tree, server } = acme;
const cli = makeCliFolder([acme]);

const good = {
  host: 'ftps.partner.example',
  rest: 'security: explicit, secret: ftps-sync/bad',
  flow: 'name: a, direction: pull, remote: /a, prefix: bad/a/',
};

function partnerFile({ host, rest, flow }: typeof good): string {
  return `partner: bad\nconnection: { host: ${host}, ${rest} }\nflows:\n  - { ${flow} }\n`;
}

/** A partner file with one error, and what the error must contain: line, key and fix. */
const mistakes = [
  { title: 'invalid YAML', text: 'partner: [\n', says: [':2:', 'is not valid YAML'] },
  {
    title: 'an unknown key',
    text: partnerFile({ ...good, flow: `${good.flow}, colour: red` }),
    says: [':4:', 'flows[0].colour', 'is not a setting'],
  },
  {
    title: 'a wrong type',
    text: partnerFile({ ...good, rest: `${good.rest}, maxConnections: many` }),
    says: [':2:', 'connection.maxConnections', 'number'],
  },
  {
    title: 'a bad cron',
    text: partnerFile({ ...good, flow: `${good.flow}, schedule: { cron: '15 25 * * ? *', timeZone: UTC }` }),
    says: [':4:', 'flows[0].schedule.cron', 'hours'],
  },
  {
    title: 'an unknown zone',
    text: partnerFile({
      ...good,
      flow: `${good.flow}, schedule: { cron: '15 2 * * ? *', timeZone: Europe/Roma }`,
    }),
    says: [':4:', 'flows[0].schedule.timeZone', 'Europe/Rome'],
  },
  {
    title: 'an expected file without a time',
    text: partnerFile({ ...good, flow: `${good.flow}, expect: [{ pattern: a }]` }),
    says: [':4:', 'flows[0].expect[0].by', 'is missing'],
  },
  {
    title: 'overlapping flows',
    text: `${partnerFile(good)}  - { name: b, direction: pull, remote: /b, prefix: bad/a/b/ }\n`,
    says: [':5:', 'flows[1].prefix', 'overlaps bad/a/'],
  },
  {
    title: 'a setting that would trust any certificate',
    text: partnerFile({ ...good, rest: `${good.rest}, tls: { rejectUnauthorized: false }` }),
    says: [':2:', 'connection.tls.rejectUnauthorized', 'is not a setting'],
  },
];

test.for(mistakes)(
  'validate reports $title with its line, and exits with 2',
  async ({ title, text, says }) => {
    const partners = folderWith(title, text);

    const { exitCode, stdout } = await cli.run('validate', join(partners, 'bad.yaml'));

    expect(exitCode).toBe(2);
    for (const words of says) expect(stdout).toContain(words);
  },
);

test('validate --json reports every error of every file', async () => {
  const partners = folderWith('many', mistakes[1]?.text ?? '');
  writeFileSync(join(partners, 'worse.yaml'), 'partner: [\n');

  const { exitCode, stdout } = await cli.startIn({ partners }, 'validate', '--json').ended;

  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    valid: false,
    errors: [
      { file: join(partners, 'bad.yaml'), line: 4, key: 'flows[0].colour' },
      { file: join(partners, 'worse.yaml'), line: 2 },
    ],
  });
});

test('validate reports no errors for valid files, and exits with 0', async () => {
  const { exitCode, stdout } = await cli.run('validate');

  expect(exitCode).toBe(0);
  expect(stdout).toBe('1 partner, 2 flows: no errors.\n');
});

test('run with an invalid partner file reports its errors and starts nothing', async () => {
  const partners = folderWith('run', mistakes[1]?.text ?? '');
  const dataFolder = join(cli.folder, 'data-of-a-bad-run');

  const { exitCode, stderr } = await cli.startIn({ partners, dataFolder }, 'run', 'bad', 'a').ended;

  expect(exitCode).toBe(2);
  expect(stderr).toContain('bad.yaml:4:');
  expect(stderr).toContain('flows[0].colour');
  expect(readdirSync(join(dataFolder, 'objects'))).toEqual([]);
  expect(readdirSync(join(dataFolder, 'tables'))).toEqual([]);
  expect(existsSync(join(dataFolder, 'lock.json'))).toBe(false);
});

const misuses = [
  { title: 'an unknown command', args: ['pull'], says: "unknown command 'pull'" },
  { title: 'a run without a flow', args: ['run', 'acme'], says: 'run PARTNER FLOW' },
  { title: 'an invalid name', args: ['run', 'ACME', 'files'], says: "'ACME' must be" },
  { title: 'an unknown target', args: ['status', '--target', 'moon'], says: 'local or aws' },
  { title: 'a deployed target without a stage', args: ['status', '--target', 'aws'], says: '--stage' },
  { title: 'an invalid count', args: ['plan', 'acme', 'files', '--limit', 'few'], says: '--limit' },
];

test.for(misuses)('$title exits with 2 and says what is expected', async ({ args, says }) => {
  const { exitCode, stderr } = await cli.run(...args);

  expect(exitCode).toBe(2);
  expect(stderr).toContain(says);
});

test('--version needs no stage and no partner file', async () => {
  const { exitCode, stdout } = await cli.startIn({ partners: join(cli.folder, 'none') }, '--version').ended;

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.for([
  { title: 'missing', text: undefined, says: 'cannot be read' },
  { title: 'not JSON', text: '{"ftps-sync/acme": "hunter2', says: 'must be a JSON object' },
  { title: 'of another shape', text: '["hunter2"]', says: 'must be a JSON object' },
])('A secrets file that is $title exits with 2 and is not quoted', async ({ title, text, says }) => {
  const secrets = join(cli.folder, `secrets ${title}.json`);
  if (text !== undefined) writeFileSync(secrets, text);

  const { exitCode, stderr } = await cli.startIn({ secrets }, 'run', 'acme', 'files').ended;

  expect(exitCode).toBe(2);
  expect(stderr).toContain(says);
  expect(stderr).not.toContain('hunter2');
});

test('A data folder of an older version is refused, with the fix', async () => {
  const dataFolder = join(cli.folder, 'old-data');
  mkdirSync(dataFolder);
  writeFileSync(join(dataFolder, 'version'), '0\n');

  const { exitCode, stderr } = await cli.startIn({ dataFolder }, 'run', 'acme', 'files').ended;

  expect(exitCode).toBe(2);
  expect(stderr).toContain('was written by an older version');
  expect(stderr).toContain('--data');
  expect(readdirSync(dataFolder)).toEqual(['version']);
});

test('A data folder that is not writable is refused, with the fix', async () => {
  writeFileSync(join(cli.folder, 'a-file'), '');

  const { exitCode, stderr } = await cli.startIn(
    { dataFolder: join(cli.folder, 'a-file', 'data') },
    'run',
    'acme',
    'files',
  ).ended;

  expect(exitCode).toBe(2);
  expect(stderr).toContain('cannot be written (ENOTDIR)');
});

test('A data folder that another command uses is refused, and that command continues', async () => {
  tree.put('/held/a.csv', { content: 'a' });
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const change = () => {
    reached.resolve();
    return opened.promise;
  };
  server.fault({ on: 'RETR', times: 1, do: { kind: 'meanwhile', afterBytes: 0, change } });
  const holder = cli.start('run', 'acme', 'held');
  await reached.promise;

  const refused = await cli.run('run', 'acme', 'files');

  opened.resolve();
  expect(refused.exitCode).toBe(4);
  expect(refused.stderr).toContain(`is in use by 'run acme held' (pid ${holder.child.pid},`);
  expect((await holder.ended).exitCode).toBe(0);
});

function folderWith(name: string, text: string): string {
  const partners = join(cli.folder, `partners ${name}`);
  mkdirSync(partners);
  writeFileSync(join(partners, 'bad.yaml'), text);
  return partners;
}
