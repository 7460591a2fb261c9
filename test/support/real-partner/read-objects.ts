import { startLocalStack } from '../../../cli/local/local-stack.ts';
import { findStage } from '../../../cli/stage.ts';
import { type StoredVersion, storedVersions } from '../stage/stored-versions.ts';
import { realFlowName } from './real-partner.ts';
import type { RunPlace } from './run-flow.ts';

/** What a reader of the bucket finds of each partner, when no command runs: every version by path, the newest first. */
export async function readObjects(
  partners: readonly string[],
  place: Omit<RunPlace, 'partner'>,
): Promise<ReadonlyMap<string, ReadonlyMap<string, readonly StoredVersion[]>>> {
  const stage = 'local';
  const stack = await startLocalStack({
    dataFolder: place.data,
    partnersFolder: place.partners,
    secretsFile: place.secrets,
    stage,
    command: 'test',
  });
  try {
    Object.assign(process.env, stack.environment);
    const { inbox } = await findStage(stage);
    const found = new Map<string, ReadonlyMap<string, readonly StoredVersion[]>>();
    for (const partner of partners) {
      found.set(partner, await storedVersions(inbox, `${partner}/${realFlowName}/`));
    }
    return found;
  } finally {
    await stack.close();
  }
}
