import { expect, test } from 'vitest';
import { partSizeBytes } from '../../../../lambdas/core/plan/part-size.ts';
import { dropRestProof } from '../../../../lambdas/pull/big-files/rest-support.ts';
import { generatedSha256 } from '../../../../testing/ftps-server/tree/generated-content.ts';
import { refuseItem } from '../../../support/refusals.ts';
import { silentLog } from '../../../support/silent-log.ts';
import { newFlow, useTable } from '../../ledger/test-table.ts';
import { useBigFileFixture } from './big-file-fixture.ts';

const ledger = useTable();
const fixture = await useBigFileFixture({ connection: { maxConnections: 3 } });

test('A big file arrives where the table refuses the rate of the partner and the proof of its REST, which is logged', async () => {
  const content = { sizeBytes: 2 * partSizeBytes(0) + 1, seed: 60 };
  fixture.partner.tree.put('/files/a.bin', { content });
  const logged: string[] = [];

  const outcomes = await fixture.fetch(await fixture.plan(['/files/a.bin']), {
    totalMs: () => 900_000,
    refusedItems: ['"sk":"RATE"', '"sk":"CAPABILITIES"'],
    log: { ...silentLog, warn: (message) => void logged.push(message) },
  });

  expect(outcomes).toMatchObject([{ kind: 'transferred' }]);
  expect(await fixture.sha256Of('acme/files/a.bin')).toBe(generatedSha256(content));
  expect(logged).toContainEqual(expect.stringMatching(/rate of the partner could not be updated.*Item size/));
  expect(logged).toContainEqual(expect.stringMatching(/proof of REST could not be recorded.*Item size/));
});

test('A proof of REST that the table refuses to drop is logged', async () => {
  const logged: string[] = [];
  refuseItem(ledger.table, '"sk":"CAPABILITIES"');

  await dropRestProof(ledger.table, newFlow().partner, { warn: (message) => void logged.push(message) });

  expect(logged).toEqual([expect.stringMatching(/proof of REST could not be dropped.*Item size/)]);
});
