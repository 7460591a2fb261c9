import { findStage } from '../../../cli/stage/stage.ts';
import { startLocalStack } from '../../../local/local-stack.ts';
import { realFlowName } from '../../support/real-partner/real-partner.ts';
import type { RunPlace } from '../../support/real-partner/run-flow.ts';
import { type StoredVersion, storedVersions } from '../../support/stored/stored-versions.ts';

/** All versions of each partner's objects by path, the newest first. No command may be running. */
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
