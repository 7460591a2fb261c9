import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { findStage, type Stage } from '../../../cli/stage/stage.ts';
import type { PullStep, PushFunction } from '../../../lambdas/contract/names.ts';
import { synthesize } from '../../../local/cdk-synth/synthesize.ts';
import { openDataFolder } from '../../../local/data-folder.ts';
import { type LocalStack, type LocalStackOptions, serveAssembly } from '../../../local/local-stack.ts';
import { shareFunctions } from '../functions/share-functions.ts';
import { type PartnerFolder, writePartners } from '../partner/partner-folder.ts';
import type { PartnerSetup } from '../partner/test-partner.ts';
import type { Amend } from './amend-template.ts';
import { PushQueues } from './push-queues.ts';
import { largestPayload, type StatePayload } from './state-payloads.ts';
import { TestFlow } from './test-flow.ts';
import { TestPush } from './test-push.ts';

/** The complete product on this machine. */
export interface TestStage extends AsyncDisposable {
  readonly dataFolder: string;
  /** Read for each login, so changes take effect at once. */
  readonly secretsFile: string;
  readonly stack: LocalStack;
  readonly stage: Stage;
  readonly queues: PushQueues;
  readonly flow: (partner: string, flow?: string) => TestFlow;
  readonly push: (partner: string, flow?: string) => TestPush;
  /** Kills a running function of that step. @returns false when none is running. */
  readonly kill: (step: PullStep | PushFunction) => boolean;
  /** The largest input or output of a state in any execution of the pull, children of its maps included. */
  readonly largestPayload: () => Promise<StatePayload>;
}

/**
 * What a test changes of the stack: its template, how long its waits and functions last, whether what is
 * queued is delivered.
 */
export interface TestStageOptions
  extends Pick<
    LocalStackOptions,
    | 'waitScale'
    | 'eventSourceMappings'
    | 'functionSeconds'
    | 'onEvent'
    | 'onInvocation'
    | 'lambdaError'
    | 'maxConcurrency'
  > {
  readonly amend?: Amend;
}

/** Synthesizes a stage with these partners and serves it until the end of the test file. */
export async function startTestStage(
  setups: readonly PartnerSetup[],
  options: TestStageOptions = {},
): Promise<TestStage> {
  const folder = mkdtempSync(join(tmpdir(), 'ftps-sync-flow-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const places = { ...writePartners(folder, setups), dataFolder: join(folder, 'data') };
  shareFunctions(places.dataFolder);
  const stage = await openTestStage(places, options);
  // Hooks run in reverse order: the stage is closed before its folder is removed.
  afterAll(() => stage[Symbol.asyncDispose]());
  return stage;
}

/**
 * Serves the stage of a data folder until it is disposed of. It sets the AWS environment of this process, so
 * there can be only one at a time.
 */
export async function openTestStage(
  { dataFolder, partners, secrets }: PartnerFolder & { readonly dataFolder: string },
  { amend = (template) => template, ...waits }: TestStageOptions = {},
): Promise<TestStage> {
  const folder = openDataFolder(dataFolder, 'test');
  const assembly = await synthesize({
    stage: 'local',
    partnersFolder: partners,
    outputsFolder: folder.templates,
    onProgress: () => undefined,
  });
  const template = amend(assembly.template);
  const stack = await serveAssembly({ ...assembly, template }, folder, { secretsFile: secrets, ...waits });
  Object.assign(process.env, stack.environment);
  const stage = await findStage('local');
  return {
    dataFolder,
    secretsFile: secrets,
    stack,
    stage,
    queues: new PushQueues(),
    flow: (partner, name = 'files') => new TestFlow(stage, partner, name),
    push: (partner, name = 'files') => new TestPush(stage, partner, name),
    kill: (step) => stack.killFunction(`ftps-sync-local-${step}`),
    largestPayload: () => largestPayload(stage.executions, stage.pullMachineArn),
    [Symbol.asyncDispose]: () => stack.close(),
  };
}
