import { describe, expect, it } from 'vitest';
import { partnerIdSchema, runIdSchema } from '../../../lambdas/contract/ids.ts';
import type { ObjectKey } from '../../../lambdas/core/path/object-key.ts';
import { parseRelativePath } from '../../../lambdas/core/path/relative-path.ts';
import { flowAuditEntries, recordAuditEntry } from '../../../lambdas/ledger/audit-log.ts';
import { recordTransferredVersion } from '../../../lambdas/ledger/entries/file-entries.ts';
import { knownFiles } from '../../../lambdas/ledger/entries/known-files.ts';
import { forgetEntry, markReplay } from '../../../lambdas/ledger/entries/replay-marks.ts';
import { findPause, listPauses, recordPause, removePause } from '../../../lambdas/ledger/pauses.ts';
import { newFlow, useTable } from './test-table.ts';

const ledger = useTable();
const at = '2026-11-20T02:15:00.000Z';
const pause = { at, who: 'ann', reason: 'full disk' };
const mark = { who: 'ann', reason: 'lost', at: new Date(at) };

async function take(flowName: ReturnType<typeof newFlow>, relativePath: string): Promise<void> {
  await recordTransferredVersion(
    ledger.table,
    { flowName, relativePath: parseRelativePath(relativePath), fence: 1 },
    {
      fingerprint: { sizeBytes: 1, modified: undefined, unique: undefined },
      key: `acme/${relativePath}` as ObjectKey,
      sizeBytes: 1,
      sha256: undefined,
      crc32: undefined,
      verifiedModified: undefined,
      isTimeFinal: false,
      doneFile: undefined,
      etag: '"e"',
      versionId: undefined,
      isReplaced: false,
      runId: runIdSchema.parse('20261120T021500Z-1f3a9c04'),
      transferredAt: new Date(at),
    },
  );
}

describe('a pause', () => {
  it('applies to its flow until it is removed', async () => {
    const flowName = newFlow();
    await recordPause(ledger.table, flowName.partner, { ...pause, flow: flowName.flow });

    const held = await findPause(ledger.table, flowName);
    const wasThere = await removePause(ledger.table, flowName.partner, flowName.flow);

    expect(held).toEqual({ ...pause, flow: flowName.flow });
    expect(wasThere).toBe(true);
    expect(await findPause(ledger.table, flowName)).toBeUndefined();
  });

  it('of the partner applies to all its flows', async () => {
    const flowName = { ...newFlow(), partner: partnerIdSchema.parse('stopped') };
    await recordPause(ledger.table, flowName.partner, { ...pause, flow: undefined });

    expect(await findPause(ledger.table, flowName)).toMatchObject(pause);
    expect(await listPauses(ledger.table, newFlow().partner)).toEqual([]);
  });

  it('that does not exist is not removed', async () => {
    const { partner, flow } = newFlow();

    expect(await removePause(ledger.table, partner, flow)).toBe(false);
  });
});

describe('the audit log', () => {
  it('lists entries newest first, with operator and reason', async () => {
    const { flow } = newFlow();
    const partner = partnerIdSchema.parse('acted-on');
    const act = { kind: 'pause', partner, flow, who: 'ann', reason: 'full disk' } as const;
    await recordAuditEntry(ledger.table, { ...act, at });
    await recordAuditEntry(ledger.table, { ...act, kind: 'resume', at: '2026-11-20T03:00:00.000Z' });

    const auditEntries = await Array.fromAsync(flowAuditEntries(ledger.table, partner));

    expect(auditEntries.map(({ kind }) => kind)).toEqual(['resume', 'pause']);
    expect(auditEntries[1]).toEqual({ ...act, at });
  });
});

describe('a mark for replay', () => {
  it('is on an entry until the file is transferred again', async () => {
    const flowName = newFlow();
    await take(flowName, 'in/a.csv');
    const scope = { ...flowName, directory: 'in' };
    const states = async () =>
      (await knownFiles(ledger.table, scope, undefined)).files.map(({ state }) => state);

    const marked = await markReplay(
      ledger.table,
      { flowName, relativePath: parseRelativePath('in/a.csv') },
      mark,
    );
    const before = await states();
    await take(flowName, 'in/a.csv');

    expect(marked).toBe('marked');
    expect(before).toEqual(['replay']);
    expect(await states()).toEqual(['transferred']);
  });

  it('creates no entry for a file that the ledger does not have', async () => {
    const flowName = newFlow();

    const marked = await markReplay(
      ledger.table,
      { flowName, relativePath: parseRelativePath('never.csv') },
      mark,
    );

    expect(marked).toBe('unknown');
    expect(await forgetEntry(ledger.table, { flowName, relativePath: parseRelativePath('never.csv') })).toBe(
      false,
    );
  });
});

describe('known files', () => {
  it('are those of the flow, page by page, with the directory in their path', async () => {
    const flowName = newFlow();
    for (const path of ['a.csv', 'in/b.csv', 'in/deep/c.csv']) await take(flowName, path);
    await take(newFlow(), 'other.csv');

    const paths: string[] = [];
    let token: string | undefined;
    do {
      const page = await knownFiles(ledger.table, { ...flowName, directory: undefined }, token);
      paths.push(...page.files.map(({ path }) => path));
      token = page.next;
    } while (token !== undefined);

    expect(paths.toSorted()).toEqual(['a.csv', 'in/b.csv', 'in/deep/c.csv']);
  });
});
