import { afterAll, expect, test } from 'vitest';
import { documentNames, runFolder } from '../../lambdas/contract/documents.ts';
import { keysUnder } from '../../lambdas/s3/documents.ts';
import { startSilentServer } from '../support/ftps-server/broken-servers.ts';
import { sha256 } from '../support/stage/sha256.ts';
import { partnerAt, startTestPartner } from '../support/stage/test-partner.ts';
import { amendText, startTestStage } from '../support/stage/test-stage.ts';

/**
 * The worker's 15 minutes become 63 seconds: it begins files for three of them, and stops the ones under way after 43. A step
 * is not tried again, since each try waits for a silent partner anew.
 */
const hasty = amendText('"Timeout":900', '"Timeout":63');
const once = amendText('\\"MaxAttempts\\":3', '\\"MaxAttempts\\":0');

const silent = await startSilentServer();
afterAll(() => silent.close());
const stalling = await startTestPartner('stalling');
stalling.server.fault({ on: 'AUTH', do: { kind: 'stall-handshake' } });
const hanging = await startTestPartner('hanging');
const slow = await startTestPartner('slow', { connection: { maxConnections: 1 } });
const { flow, stage } = await startTestStage([partnerAt(silent.port, 'silent'), stalling, hanging, slow], {
  amend: (template) => once(hasty(template)),
});

test.concurrent('A server that never says a word is given up, and named', async () => {
  const { exitCode, problem } = await flow('silent').pull();

  expect(exitCode).toBe(5);
  expect(problem?.fault).toBe('timeout');
  expect(problem?.message).toContain(`127.0.0.1:${silent.port}`);
});

test.concurrent('A server that stalls in the TLS handshake is given up', async () => {
  const { exitCode, problem } = await flow('stalling').pull();

  expect(exitCode).toBe(5);
  expect(problem?.fault).toBe('timeout');
});

test.concurrent('A file whose transfer hangs before 226 is cut off with its worker, and the next worker takes it', async () => {
  const { tree, server } = hanging;
  tree.put('/files/stuck.csv', { content: 'stuck' }).put('/files/good.csv', { content: 'good' });
  server.fault({ on: 'RETR', path: '/files/stuck.csv', times: 1, do: { kind: 'no-final-reply' } });

  const { exitCode, outcomes } = await flow('hanging').pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'good.csv': 'transferred', 'stuck.csv': 'transferred' });
  expect(await flow('hanging').visible()).toEqual({
    'good.csv': sha256('good'),
    'stuck.csv': sha256('stuck'),
  });
});

test.concurrent('A worker that runs out of time is followed by others until all files are there', async () => {
  const { tree, server } = slow;
  for (let number = 1; number <= 8; number++) tree.put(`/files/${number}.csv`, { content: `${number}` });
  server.fault({ on: 'RETR', do: { kind: 'delay-final-reply', delayMs: 1000 } });

  const { exitCode, report } = await flow('slow').pull();

  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ transferred: 8, failed: 0 });
  const workers = await Array.fromAsync(
    keysUnder(stage.runs, `${runFolder({ ...report, runId: report.run })}${documentNames.outcomes}`),
  );
  expect(workers.length).toBeGreaterThan(1);
  expect(server.transfers.filter(({ command }) => command === 'RETR')).toHaveLength(8);
});
