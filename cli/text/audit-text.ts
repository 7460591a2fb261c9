import type { AuditEntry } from '../../lambdas/ledger/audit-log.ts';
import { textTable } from './text-table.ts';
import { whenText } from './time-text.ts';

/** A table of the audit log after an empty line. Empty without entries. */
export function auditText(entries: readonly AuditEntry[]): string {
  if (entries.length === 0) return '';
  const rows = entries.map(({ at, who, kind, partner, flow, on, reason }) => {
    return [whenText(at), who, kind, flow === undefined ? partner : `${partner}/${flow}`, on ?? '', reason];
  });
  return `\n${textTable(['TIME', 'OPERATOR', 'ACTION', 'TARGET', 'SUBJECT', 'REASON'], rows)}`;
}
