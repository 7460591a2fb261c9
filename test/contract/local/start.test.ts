import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalStackOptions, startLocalStack } from '../../../cli/local/local-stack.ts';
import { readLock } from '../../../cli/local/lock.ts';
import { LocalUsageFault } from '../../../cli/local/usage-fault.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-start-'));
  mkdirSync(join(folder, 'partners'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function optionsWith(others: Partial<LocalStackOptions> = {}): LocalStackOptions {
  return {
    dataFolder: join(folder, 'state'),
    partnersFolder: join(folder, 'partners'),
    stage: 'test',
    secretsFile: undefined,
    command: 'a test',
    ...others,
  };
}

function writePartner(host: string): void {
  const lines = [
    'partner: acme',
    'connection:',
    `  host: ${host}`,
    '  security: explicit',
    '  secret: ftps-sync/acme',
    'flows:',
    '  - name: invoices',
    '    direction: pull',
    '    remote: /outgoing',
    '    prefix: acme/invoices/',
    "    schedule: { cron: '15 2 * * ? *', timeZone: Europe/Rome }",
  ];
  writeFileSync(join(folder, 'partners', 'acme.yaml'), `${lines.join('\n')}\n`);
}

test('The stage of infra/ starts, and a change of a partner file builds no function again', async () => {
  const told: string[] = [];
  const onProgress = (text: string) => told.push(text.slice(0, text.indexOf(' ')));
  const startAndClose = async () => {
    const stack = await startLocalStack(optionsWith({ onProgress }));
    await stack.close();
    return stack;
  };

  writePartner('one.example');
  const stack = await startAndClose();
  await startAndClose();
  writePartner('two.example');
  await startAndClose();

  expect(told).toEqual(['Building', 'Reading']);
  expect(Object.keys(stack.outputs)).toContain('PullMachineArn');
  expect(stack.schedules.map(({ cron, timeZone }) => ({ cron, timeZone }))).toEqual([
    { cron: '0/5 * * * ? *', timeZone: 'Etc/UTC' },
    { cron: '15 2 * * ? *', timeZone: 'Europe/Rome' },
  ]);
});

test('A wrong partner file is told with its line, and the data folder is given back', async () => {
  writeFileSync(join(folder, 'partners', 'acme.yaml'), 'partner: acme\nconection: {}\n');

  const start = startLocalStack(optionsWith());

  await expect(start).rejects.toThrow(LocalUsageFault);
  await expect(start).rejects.toThrow(/acme\.yaml:2:1 .*conection/);
  expect(readLock(join(folder, 'state'))).toBeUndefined();
});

test('A wrong stage name is told', async () => {
  const start = startLocalStack(optionsWith({ stage: 'Not A Stage' }));

  await expect(start).rejects.toThrow(/stage: must be 1 to 20 lower-case letters/);
});

test('A folder of partner files that is not there is told', async () => {
  const start = startLocalStack(optionsWith({ partnersFolder: join(folder, 'none') }));

  await expect(start).rejects.toThrow('There is no folder of partner files');
});

const secrets = [
  { title: 'that is not there', text: undefined, says: 'cannot be read (ENOENT)' },
  {
    title: 'that is no JSON',
    text: '{"ftps-sync/acme": hunter2',
    says: 'must be a JSON object of secret names',
  },
  {
    title: 'whose secrets are no objects',
    text: '{"ftps-sync/acme": "hunter2"}',
    says: 'must be a JSON object',
  },
];

test.each(secrets)('A secrets file $title is told without showing what is in it', async ({ text, says }) => {
  const secretsFile = join(folder, 'secrets.json');
  if (text !== undefined) writeFileSync(secretsFile, text);

  const start = startLocalStack(optionsWith({ secretsFile }));

  await expect(start).rejects.toThrow(says);
  await expect(start).rejects.not.toThrow('hunter2');
});
