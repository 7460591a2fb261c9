import { describe, expect, it } from 'vitest';
import { partnerIdSchema, runIdSchema } from '../../../lambdas/contract/ids.ts';
import { actsOf, recordAct } from '../../../lambdas/ledger/acts.ts';
import { recordTaken } from '../../../lambdas/ledger/file-entries.ts';
import { knownFiles } from '../../../lambdas/ledger/known-files.ts';
import { pauseOf, pausesOf, recordPause, removePause } from '../../../lambdas/ledger/pauses.ts';
import { forgetEntry, markReplay } from '../../../lambdas/ledger/replay-marks.ts';
import type { ObjectKey } from '../../../lambdas/sync/object-key.ts';
import { newFlow, useTable } from './test-table.ts';

const ledger = useTable();
const at = '2026-11-20T02:15:00.000Z';
const pause = { at, who: 'ann', reason: 'full disk' };
const mark = { who: 'ann', reason: 'lost', at: new Date(at) };

async function take(flowName: ReturnType<typeof newFlow>, relativePath: string): Promise<void> {
  await recordTaken(
    ledger.table,
    { flowName, relativePath, fence: 1 },
    {
      fingerprint: { sizeBytes: 1, modified: undefined, unique: undefined },
      key: `acme/${relativePath}` as ObjectKey,
      sizeBytes: 1,
      sha256: undefined,
      crc32: undefined,
      verifiedModified: undefined,
      etag: '"e"',
      versionId: undefined,
      isReplaced: false,
      runId: runIdSchema.parse('20261120T021500Z-1f3a9c04'),
      takenAt: new Date(at),
    },
  );
}

describe('a pause', () => {
  it('holds for its flow until it is taken away', async () => {
    const flowName = newFlow();
    await recordPause(ledger.table, flowName.partner, { ...pause, flow: flowName.flow });

    const held = await pauseOf(ledger.table, flowName);
    const wasThere = await removePause(ledger.table, flowName.partner, flowName.flow);

    expect(held).toEqual({ ...pause, flow: flowName.flow });
    expect(wasThere).toBe(true);
    expect(await pauseOf(ledger.table, flowName)).toBeUndefined();
  });

  it('of the partner holds for all its flows', async () => {
    const flowName = { ...newFlow(), partner: partnerIdSchema.parse('stopped') };
    await recordPause(ledger.table, flowName.partner, { ...pause, flow: undefined });

    expect(await pauseOf(ledger.table, flowName)).toMatchObject(pause);
    expect(await pausesOf(ledger.table, newFlow().partner)).toEqual([]);
  });

  it('that is not there is not taken away', async () => {
    const { partner, flow } = newFlow();

    expect(await removePause(ledger.table, partner, flow)).toBe(false);
  });
});

describe('acts', () => {
  it('come newest first, with who did them and why', async () => {
    const { flow } = newFlow();
    const partner = partnerIdSchema.parse('acted-on');
    const act = { kind: 'pause', partner, flow, who: 'ann', reason: 'full disk' } as const;
    await recordAct(ledger.table, { ...act, at });
    await recordAct(ledger.table, { ...act, kind: 'resume', at: '2026-11-20T03:00:00.000Z' });

    const acts = await Array.fromAsync(actsOf(ledger.table, partner));

    expect(acts.map(({ kind }) => kind)).toEqual(['resume', 'pause']);
    expect(acts[1]).toEqual({ ...act, at });
  });
});

describe('a mark for replay', () => {
  it('is on an entry until the file is taken again', async () => {
    const flowName = newFlow();
    await take(flowName, 'in/a.csv');
    const scope = { ...flowName, directory: 'in' };
    const states = async () =>
      (await knownFiles(ledger.table, scope, undefined)).files.map(({ state }) => state);

    const marked = await markReplay(ledger.table, { flowName, relativePath: 'in/a.csv' }, mark);
    const before = await states();
    await take(flowName, 'in/a.csv');

    expect(marked).toBe('marked');
    expect(before).toEqual(['replay']);
    expect(await states()).toEqual(['taken']);
  });

  it('makes no entry of what the ledger does not know', async () => {
    const flowName = newFlow();

    const marked = await markReplay(ledger.table, { flowName, relativePath: 'never.csv' }, mark);

    expect(marked).toBe('unknown');
    expect(await forgetEntry(ledger.table, { flowName, relativePath: 'never.csv' })).toBe(false);
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
