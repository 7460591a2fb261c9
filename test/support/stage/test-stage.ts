import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalStack, startLocalStack } from '../../../cli/local/local-stack.ts';
import { findStage, type Stage } from '../../../cli/stage.ts';
import { writePartners } from './partner-folder.ts';
import { TestFlow } from './test-flow.ts';
import type { PartnerSetup } from './test-partner.ts';

/** The whole product on this machine, for one test file: it is synthesized once, and the partners share it. */
export interface TestStage extends AsyncDisposable {
  /** Holds everything: partner files, secrets, local state. */
  readonly folder: string;
  readonly dataFolder: string;
  readonly stack: LocalStack;
  readonly stage: Stage;
  flow(partner: string, flow?: string): TestFlow;
}

const stageName = 'local';

/** Synthesizes and serves a stage with these partners. Its AWS clients are found by this program's environment from then on. */
export async function startTestStage(setups: readonly PartnerSetup[]): Promise<TestStage> {
  const folder = mkdtempSync(join(tmpdir(), 'ftps-sync-flow-'));
  const { partners, secrets } = writePartners(folder, setups);
  const dataFolder = join(folder, 'data');
  const stack = await startLocalStack({
    dataFolder,
    partnersFolder: partners,
    stage: stageName,
    secretsFile: secrets,
    command: 'test',
  });
  Object.assign(process.env, stack.environment);
  const stage = await findStage(stageName);
  return {
    folder,
    dataFolder,
    stack,
    stage,
    flow: (partner, flow = 'files') => new TestFlow(stage, partner, flow),
    [Symbol.asyncDispose]: async () => {
      await stack.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
