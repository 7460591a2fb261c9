import {
  type AuditEntry,
  type AuditedName,
  flowAuditEntries,
  recordAuditEntry,
  wholeStage,
} from '../../lambdas/ledger/audit-log.ts';
import type { ChosenFlow, FlowChoice } from '../args/chosen-flows.ts';
import type { Stage } from './stage.ts';

/** What was done, without who and when. */
export type AuditNote = Pick<AuditEntry, 'kind' | 'partner' | 'flow' | 'reason' | 'on'>;

/** Records what was done, by the operator of the stage, now. */
export async function recordAudit(
  stage: Pick<Stage, 'table' | 'operator'>,
  note: AuditNote,
): Promise<AuditEntry> {
  const entry = { ...note, who: await stage.operator(), at: new Date().toISOString() };
  await recordAuditEntry(stage.table, entry);
  return entry;
}

export interface AuditBounds {
  readonly flows: readonly ChosenFlow[];
  readonly since: Date | undefined;
  readonly maxEntries: number;
}

/** The audit log of these flows, of their partners as a whole, and without a partner also of the stage. */
export async function readAuditLog(
  { table }: Pick<Stage, 'table'>,
  { partner: wanted, flow }: FlowChoice,
  { flows, since, maxEntries }: AuditBounds,
): Promise<readonly AuditEntry[]> {
  const partners = new Set<AuditedName>(flows.map(({ partner }) => partner.partner));
  if (wanted === undefined) partners.add(wholeStage);
  const read = [...partners].map(async (partner) => {
    const entries: AuditEntry[] = [];
    for await (const entry of flowAuditEntries(table, partner)) {
      if (entries.length === maxEntries || (since !== undefined && new Date(entry.at) < since)) break;
      if (flow === undefined || entry.flow === undefined || entry.flow === flow) entries.push(entry);
    }
    return entries;
  });
  const all = (await Promise.all(read)).flat();
  return all.toSorted((a, b) => (a.at > b.at ? -1 : 1)).slice(0, maxEntries);
}
