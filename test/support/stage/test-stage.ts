import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type LocalStack, type LocalStackOptions, startLocalStack } from '../../../cli/local/local-stack.ts';
import { findStage, type Stage } from '../../../cli/stage.ts';
import { writePartners } from './partner-folder.ts';
import { PushQueues } from './push-queues.ts';
import { TestFlow } from './test-flow.ts';
import type { PartnerSetup } from './test-partner.ts';
import { TestPush } from './test-push.ts';

/** The whole product on this machine, for one test file: it is synthesized once, and the partners share it. */
export interface TestStage {
  /** Holds everything: partner files, secrets, local state. */
  readonly folder: string;
  readonly dataFolder: string;
  readonly stack: LocalStack;
  readonly stage: Stage;
  readonly queues: PushQueues;
  flow(partner: string, flow?: string): TestFlow;
  push(partner: string, flow?: string): TestPush;
}

/**
 * Synthesizes and serves a stage with these partners until the test file has ended. Its AWS clients are found by this
 * program's environment from then on, so that a file has one stage and no more.
 */
export async function startTestStage(
  setups: readonly PartnerSetup[],
  waits: Pick<LocalStackOptions, 'waitScale'> = {},
): Promise<TestStage> {
  const folder = mkdtempSync(join(tmpdir(), 'ftps-sync-flow-'));
  const { partners, secrets } = writePartners(folder, setups);
  const dataFolder = join(folder, 'data');
  const stack = await startLocalStack({
    dataFolder,
    partnersFolder: partners,
    stage: 'local',
    secretsFile: secrets,
    command: 'test',
    ...waits,
  });
  Object.assign(process.env, stack.environment);
  const stage = await findStage('local');
  afterAll(async () => {
    await stack.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const flow = (partner: string, name = 'files') => new TestFlow(stage, partner, name);
  const push = (partner: string, name = 'files') => new TestPush(stage, partner, name);
  return { folder, dataFolder, stack, stage, queues: new PushQueues(), flow, push };
}
