import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationsFunctions, pullSteps, pushFunctions } from '../../lambdas/contract/names.ts';
import { cdkContext, projectRoot } from './stage.ts';

interface CommandResult {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ftps-sync-app-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function runNode(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, ...environment } };
    const child = execFile(process.execPath, [...args], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

/** Runs the app like the CDK CLI does. */
function runApp(context: Readonly<Record<string, unknown>>, outdir = 'cdk.out'): Promise<CommandResult> {
  return runNode([join(projectRoot, 'infra/app.ts')], {
    CDK_CONTEXT_JSON: JSON.stringify({ ...cdkContext, ...context }),
    CDK_OUTDIR: join(folder, outdir),
  });
}

async function listAssets(outdir: string): Promise<readonly string[]> {
  return (await readdir(join(folder, outdir))).filter((name) => name.startsWith('asset.')).sort();
}

async function partnersFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const partners = await mkdtemp(join(folder, 'partners-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(partners, name), text);
  return partners;
}

describe('the app', () => {
  it('reports every error of every partner file with its line, and exits with 2', async () => {
    const partners = await partnersFolder({
      'acme.yaml':
        'partner: acme\nconnection:\n  host: ftps.acme.example\n  security: plain\n  secret: s\nflows: []\n',
      'globex.yaml': 'partner: globex\ncolour: red\n',
    });

    const { code, stderr } = await runApp({ partners });

    expect(code).toBe(2);
    expect(stderr).toContain(`${join(partners, 'acme.yaml')}:4:3 connection.security `);
    expect(stderr).toContain(`${join(partners, 'acme.yaml')}:6:1 flows `);
    expect(stderr).toContain(`${join(partners, 'globex.yaml')}:2:1 colour is not a setting`);
    expect(stderr).not.toContain('    at ');
  });

  it.each([
    ['an invalid stage', { stage: 'Prod_1' }, /^-c stage: must be 1 to 20 lower-case/],
    ['an invalid onRemoval', { onRemoval: 'keep' }, /^-c onRemoval: /],
    ['an alarm topic that is not an ARN', { alarmTopic: 'on-call' }, /^-c alarmTopic: must be the ARN/],
    [
      'a partners folder that does not exist',
      { partners: '/nowhere' },
      /^-c partners: the folder \/nowhere does not exist$/m,
    ],
  ])('rejects %s and exits with 2', async (_, context, message) => {
    const { code, stderr } = await runApp(context);

    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('says how to shorten a partner file that is too long, and exits with 2', async () => {
    const ca = `-----BEGIN CERTIFICATE-----\n${'MIIB\n'.repeat(2000)}-----END CERTIFICATE-----\n`;
    const example = await readFile(join(projectRoot, 'infra/partners/example.yaml'), 'utf8');
    const partners = await partnersFolder({
      'ca.pem': ca,
      'example.yaml': example.replace('minVersion: TLSv1.2', 'ca: ca.pem'),
    });

    const { code, stderr } = await runApp({ partners, 'aws:cdk:bundling-stacks': [] });

    expect(code).toBe(2);
    expect(stderr).toMatch(/^The partner file of example .*keep only the root certificate/);
    expect(stderr).not.toContain('    at ');
  });
});

describe('the app with the partner files of the project', () => {
  const functions = [...pullSteps, ...pushFunctions, ...operationsFunctions];
  let result: CommandResult;
  beforeAll(async () => {
    result = await runApp({ stage: 'test' });
  });

  it('synthesizes the stack of the stage without findings', () => {
    expect(result).toMatchObject({ code: 0, stdout: '' });
  });

  it('bundles every function with all of its dependencies', async () => {
    const elsewhere = await mkdtemp(join(folder, 'functions-'));
    const outdir = join(folder, 'cdk.out');
    const assets = await listAssets('cdk.out');
    for (const name of assets) await cp(join(outdir, name), join(elsewhere, name), { recursive: true });
    const load = assets.map((name) => `(await import('${join(elsewhere, name)}/index.mjs')).handler`);
    const script = `console.log([${load.join()}].map((handler) => typeof handler).join())`;

    const { stdout, stderr } = await runNode(['--input-type=module', '--eval', script], {
      AWS_REGION: 'eu-west-1',
      FTPS_SYNC_TABLE: 'table',
      FTPS_SYNC_INBOX_BUCKET: 'inbox',
      FTPS_SYNC_OUTBOX_BUCKET: 'outbox',
      FTPS_SYNC_RUNS_BUCKET: 'runs',
      FTPS_SYNC_PARTNERS_PATH: '/ftps-sync/test/partners/',
      FTPS_SYNC_STAGE: 'test',
      FTPS_SYNC_PUSH_DLQ_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/push-dead-letters.fifo',
      FTPS_SYNC_INGEST_DLQ_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/ingest-dead-letters',
      FTPS_SYNC_RECONCILE_MACHINE: 'arn:aws:states:eu-west-1:123456789012:stateMachine:reconcile',
      FTPS_SYNC_SCHEDULE_DLQ_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/schedule-dlq',
      FTPS_SYNC_PUSH_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/push.fifo',
    });

    expect(assets).toHaveLength(functions.length);
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe(functions.map(() => 'function').join());
  });

  it('builds identical bundles in another output folder', async () => {
    await runApp({ stage: 'other' }, 'elsewhere/cdk.out');

    expect(await listAssets('elsewhere/cdk.out')).toEqual(await listAssets('cdk.out'));
  });
});
