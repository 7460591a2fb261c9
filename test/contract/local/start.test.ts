import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalUsageError } from '../../../local/account/usage-error.ts';
import { type LocalStackOptions, startLocalStack } from '../../../local/local-stack.ts';
import { readLock } from '../../../local/lock.ts';

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

test('The stage of infra/ starts, and a changed partner file does not build the functions again', async () => {
  const progress: string[] = [];
  const onProgress = (text: string) => progress.push(text.slice(0, text.indexOf(' ')));
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

  expect(progress).toEqual(['Building', 'Synthesizing']);
  expect(Object.keys(stack.outputs)).toContain('PullMachineArn');
  expect(stack.schedules.map(({ cron, timeZone }) => ({ cron, timeZone }))).toEqual([
    { cron: '0/5 * * * ? *', timeZone: 'Etc/UTC' },
    { cron: '15 2 * * ? *', timeZone: 'Europe/Rome' },
  ]);
});

test('A wrong partner file is reported with its line, and the data folder is released', async () => {
  writeFileSync(join(folder, 'partners', 'acme.yaml'), 'partner: acme\nconection: {}\n');

  const start = startLocalStack(optionsWith());

  await expect(start).rejects.toThrow(LocalUsageError);
  await expect(start).rejects.toThrow(/acme\.yaml:2:1 .*conection/);
  expect(readLock(join(folder, 'state'))).toBeUndefined();
});

test('A wrong stage name is reported', async () => {
  const start = startLocalStack(optionsWith({ stage: 'Not A Stage' }));

  await expect(start).rejects.toThrow(/stage: must be 1 to 20 lower-case letters/);
});

test('A missing folder of partner files is reported', async () => {
  const start = startLocalStack(optionsWith({ partnersFolder: join(folder, 'none') }));

  await expect(start).rejects.toThrow(/The folder of partner files .* does not exist/);
});

const secrets = [
  { title: 'that does not exist', text: undefined, says: 'cannot be read (ENOENT)' },
  {
    title: 'that is not valid JSON',
    text: '{"ftps-sync/acme": hunter2',
    says: 'must be a JSON object of secret names',
  },
  {
    title: 'whose secrets are not objects',
    text: '{"ftps-sync/acme": "hunter2"}',
    says: 'must be a JSON object',
  },
];

test.each(secrets)('A secrets file $title is reported without its content', async ({ text, says }) => {
  const secretsFile = join(folder, 'secrets.json');
  if (text !== undefined) writeFileSync(secretsFile, text);

  const start = startLocalStack(optionsWith({ secretsFile }));

  await expect(start).rejects.toThrow(says);
  await expect(start).rejects.not.toThrow('hunter2');
});
