import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeCliFolder } from '../support/stage/cli-folder.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';

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

/** What is wrong, the text of the file, and what the fault says: its line, its key, and what to write instead. */
const faults = [
  { title: 'what is not YAML', text: 'partner: [\n', says: [':2:', 'is no YAML'] },
  {
    title: 'an unknown key',
    text: partnerFile({ ...good, flow: `${good.flow}, colour: red` }),
    says: [':4:', 'flows[0].colour', 'is no setting'],
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
    title: 'an expectation without a time',
    text: partnerFile({ ...good, flow: `${good.flow}, expect: [{ pattern: a }]` }),
    says: [':4:', 'flows[0].expect[0].by', 'is missing'],
  },
  {
    title: 'flows that overlap',
    text: `${partnerFile(good)}  - { name: b, direction: pull, remote: /b, prefix: bad/a/b/ }\n`,
    says: [':5:', 'flows[1].prefix', 'overlaps bad/a/'],
  },
  {
    title: 'a switch that would trust any certificate',
    text: partnerFile({ ...good, rest: `${good.rest}, tls: { rejectUnauthorized: false }` }),
    says: [':2:', 'connection.tls.rejectUnauthorized', 'is no setting'],
  },
];

test.for(faults)('validate tells $title at its line, and ends with 2', async ({ title, text, says }) => {
  const partners = folderWith(title, text);

  const { exitCode, stdout } = await cli.run('validate', join(partners, 'bad.yaml'));

  expect(exitCode).toBe(2);
  for (const words of says) expect(stdout).toContain(words);
});

test('validate --json tells every fault of every file at once', async () => {
  const partners = folderWith('many', faults[1]?.text ?? '');
  writeFileSync(join(partners, 'worse.yaml'), 'partner: [\n');

  const { exitCode, stdout } = await cli.startIn({ partners }, 'validate', '--json').ended;

  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    valid: false,
    faults: [
      { file: join(partners, 'bad.yaml'), line: 4, key: 'flows[0].colour' },
      { file: join(partners, 'worse.yaml'), line: 2 },
    ],
  });
});

test('validate has nothing to say of good files, and ends with 0', async () => {
  const { exitCode, stdout } = await cli.run('validate');

  expect(exitCode).toBe(0);
  expect(stdout).toBe('1 partner, 2 flows: no faults.\n');
});

test('A run with a bad partner file tells its faults and starts nothing', async () => {
  const partners = folderWith('run', faults[1]?.text ?? '');
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
  { title: 'a command that does not exist', args: ['pull'], says: "unknown command 'pull'" },
  { title: 'a run without its flow', args: ['run', 'acme'], says: 'run PARTNER FLOW' },
  { title: 'a name that none can have', args: ['run', 'ACME', 'files'], says: "'ACME' must be" },
  { title: 'a target that does not exist', args: ['status', '--target', 'moon'], says: 'local or aws' },
  { title: 'a deployed target without its stage', args: ['status', '--target', 'aws'], says: '--stage' },
  { title: 'a count that is none', args: ['plan', 'acme', 'files', '--limit', 'few'], says: '--limit' },
];

test.for(misuses)('$title ends with 2 and says what is meant', async ({ args, says }) => {
  const { exitCode, stderr } = await cli.run(...args);

  expect(exitCode).toBe(2);
  expect(stderr).toContain(says);
});

test('The version is told without a stage or a partner file', async () => {
  const { exitCode, stdout } = await cli.startIn({ partners: join(cli.folder, 'none') }, '--version').ended;

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.for([
  { title: 'absent', text: undefined, says: 'cannot be read' },
  { title: 'no JSON', text: '{"ftps-sync/acme": "hunter2', says: 'must be a JSON object' },
  { title: 'of another shape', text: '["hunter2"]', says: 'must be a JSON object' },
])('A secrets file that is $title ends with 2 and is not quoted', async ({ title, text, says }) => {
  const secrets = join(cli.folder, `secrets ${title}.json`);
  if (text !== undefined) writeFileSync(secrets, text);

  const { exitCode, stderr } = await cli.startIn({ secrets }, 'run', 'acme', 'files').ended;

  expect(exitCode).toBe(2);
  expect(stderr).toContain(says);
  expect(stderr).not.toContain('hunter2');
});

test('A data folder of an older version is refused with what to do', async () => {
  const dataFolder = join(cli.folder, 'old-data');
  mkdirSync(dataFolder);
  writeFileSync(join(dataFolder, 'version'), '0\n');

  const { exitCode, stderr } = await cli.startIn({ dataFolder }, 'run', 'acme', 'files').ended;

  expect(exitCode).toBe(2);
  expect(stderr).toContain('comes from an older version');
  expect(stderr).toContain('--data');
  expect(readdirSync(dataFolder)).toEqual(['version']);
});

test('A data folder that cannot be written is refused with what to do', async () => {
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

test('A data folder that another command uses is refused, and that command goes on', async () => {
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
