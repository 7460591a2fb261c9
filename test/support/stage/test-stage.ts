import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { startLocalStack } from '../../../cli/local/local-stack.ts';
import { findStage, type Stage } from '../../../cli/stage.ts';
import { type PartnerFolder, writePartners } from './partner-folder.ts';
import { TestFlow } from './test-flow.ts';
import type { PartnerSetup } from './test-partner.ts';

/** The whole product on this machine. */
export interface TestStage extends AsyncDisposable {
  readonly dataFolder: string;
  readonly stage: Stage;
  readonly flow: (partner: string, flow?: string) => TestFlow;
}

/**
 * Synthesizes and serves a stage with these partners until the test file has ended: it is synthesized once for a file, and
 * its flows share it.
 */
export async function startTestStage(setups: readonly PartnerSetup[]): Promise<TestStage> {
  const folder = mkdtempSync(join(tmpdir(), 'ftps-sync-flow-'));
  const stage = await openTestStage({ ...writePartners(folder, setups), dataFolder: join(folder, 'data') });
  afterAll(async () => {
    await stage[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  return stage;
}

/**
 * Serves what a data folder holds, until it is disposed of. The AWS clients find it by this program's environment, so
 * there is one at a time.
 */
export async function openTestStage(places: PartnerFolder & { dataFolder: string }): Promise<TestStage> {
  const { dataFolder, partners, secrets } = places;
  const stack = await startLocalStack({
    dataFolder,
    partnersFolder: partners,
    stage: 'local',
    secretsFile: secrets,
    command: 'test',
  });
  Object.assign(process.env, stack.environment);
  const stage = await findStage('local');
  return {
    dataFolder,
    stage,
    flow: (partner, name = 'files') => new TestFlow(stage, partner, name),
    [Symbol.asyncDispose]: () => stack.close(),
  };
}
