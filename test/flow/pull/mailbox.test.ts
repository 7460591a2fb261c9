import { expect, test } from 'vitest';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

const rules = {
  kept: { after: 'keep' },
  deleted: { after: 'delete' },
  moved: { after: { move: '/archive' } },
} as const;
const edi = await startTestPartner('edi', { server: { features: { removeWhenRead: true } }, flows: rules });
const cut = await startTestPartner('cut', { flows: { files: { after: 'keep' } } });
const { flow } = await startTestStage([edi, cut]);

test.each(Object.keys(rules))('Files that a mailbox removes as they are read are taken: %s', async (name) => {
  const paths = ['a.csv', 'deep/b.csv'];
  for (const path of paths) edi.tree.put(`/${name}/${path}`, { content: path });

  const run = await flow('edi', name).pull();
  const next = await flow('edi', name).pull();

  expect(run.exitCode).toBe(0);
  expect(run.report).toMatchObject({ transferred: 2, failed: 0, notDisposed: 0 });
  expect(await flow('edi', name).visible()).toEqual({
    'a.csv': sha256('a.csv'),
    'deep/b.csv': sha256('deep/b.csv'),
  });
  expect(next.exitCode).toBe(0);
  expect(next.report).toMatchObject({ status: 'succeeded', listed: 0 });
});

test('A file whose session ends after its last byte is compared over another session', async () => {
  const { server, tree } = cut;
  tree.put('/files/a.csv', { content: 'first' });
  server.fault({ on: 'SIZE', after: 1, times: 1, do: { kind: 'cut-control', when: 'before' } });

  const { exitCode, report } = await flow('cut', 'files').pull();

  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ transferred: 1, failed: 0 });
  expect(await flow('cut', 'files').visible()).toEqual({ 'a.csv': sha256('first') });
  expect(server.log.filter(({ command }) => command === 'RETR')).toHaveLength(1);
});
