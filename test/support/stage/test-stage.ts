import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openDataFolder } from '../../../cli/local/data-folder.ts';
import { type LocalStack, type LocalStackOptions, serveAssembly } from '../../../cli/local/local-stack.ts';
import { synthesize } from '../../../cli/local/synthesis/synthesize.ts';
import { parseTemplate, type Template } from '../../../cli/local/template/assembly.ts';
import { findStage, type Stage } from '../../../cli/stage.ts';
import type { PullStep, PushFunction } from '../../../lambdas/contract/names.ts';
import { type PartnerFolder, writePartners } from './partner-folder.ts';
import { PushQueues } from './push-queues.ts';
import { shareFunctions } from './share-functions.ts';
import { largestPayload, type StatePayload } from './state-payloads.ts';
import { TestFlow } from './test-flow.ts';
import type { PartnerSetup } from './test-partner.ts';
import { TestPush } from './test-push.ts';

/** The whole product on this machine. */
export interface TestStage extends AsyncDisposable {
  readonly dataFolder: string;
  /** Read anew for each login: what a test writes there counts at once. */
  readonly secretsFile: string;
  readonly stack: LocalStack;
  readonly stage: Stage;
  readonly queues: PushQueues;
  readonly flow: (partner: string, flow?: string) => TestFlow;
  readonly push: (partner: string, flow?: string) => TestPush;
  /** Kills a child of that step that is at work; false where none is. */
  readonly kill: (step: PullStep | PushFunction) => boolean;
  /** The largest thing that went into or out of a state in any execution of the pull, children of its Maps included. */
  readonly largestPayload: () => Promise<StatePayload>;
}

/** Changes the synthesized template before it is served, where a test cannot wait as long as production does. */
export type Amend = (template: Template) => Template;

/** What a test changes of the stack: its template, how long its waits and functions last, whether what is queued is delivered. */
export interface TestStageOptions
  extends Pick<
    LocalStackOptions,
    'waitScale' | 'queuedWork' | 'functionSeconds' | 'onEvent' | 'isThrottled'
  > {
  readonly amend?: Amend;
}

/**
 * Synthesizes and serves a stage with these partners until the test file has ended: it is synthesized once for a file, and
 * its flows share it.
 */
export async function startTestStage(
  setups: readonly PartnerSetup[],
  options: TestStageOptions = {},
): Promise<TestStage> {
  const folder = mkdtempSync(join(tmpdir(), 'ftps-sync-flow-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const places = { ...writePartners(folder, setups), dataFolder: join(folder, 'data') };
  shareFunctions(places.dataFolder);
  const stage = await openTestStage(places, options);
  // The hooks run from the last to the first: the stage is closed before its folder goes.
  afterAll(() => stage[Symbol.asyncDispose]());
  return stage;
}

/**
 * Serves what a data folder holds, until it is disposed of. The AWS clients find it by this program's environment, so
 * there is one at a time.
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
  const stack = await serveAssembly({ ...assembly, template }, { folder, secretsFile: secrets, ...waits });
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

/** Replaces text in the template, that of the workflow's definition included, where quotes stand behind a backslash. */
export function amendText(text: string, replacement: string): Amend {
  return (template) => {
    const json = JSON.stringify(template);
    if (!json.includes(text)) throw new Error(`The template does not contain ${text}`);
    return parseTemplate(JSON.parse(json.replaceAll(text, replacement)));
  };
}
