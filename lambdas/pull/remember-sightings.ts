import type { Run } from '../contract/workflow.ts';
import { recordSighting } from '../ledger/file-entries.ts';
import type { Table } from '../ledger/table.ts';
import type { Decision } from '../sync/plan.ts';
import { pathBelow, type RemotePath } from '../sync/remote-path.ts';

/** Few enough for the client's connections, enough for a first night on which everything waits. */
const writesAtOnce = 25;

/** Only what waits to be seen again costs a write; a repeated one counts no second time. @throws FencedError */
export async function rememberSightings(
  table: Table,
  { run, remote }: { readonly run: Run; readonly remote: RemotePath },
  decisions: readonly Decision[],
): Promise<void> {
  const sightings = decisions.flatMap((decision) =>
    decision.kind === 'hold' && decision.sighting !== undefined
      ? [{ path: decision.file.path, sighting: decision.sighting }]
      : [],
  );
  for (let start = 0; start < sightings.length; start += writesAtOnce) {
    await Promise.all(
      sightings.slice(start, start + writesAtOnce).map(({ path, sighting }) => {
        const relativePath = pathBelow(remote, path) ?? '';
        return recordSighting(table, { flowName: run, relativePath, fence: run.fence }, sighting);
      }),
    );
  }
}
