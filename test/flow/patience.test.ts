import { afterAll, expect, test } from 'vitest';
import { startSilentServer } from '../support/ftps-server/broken-servers.ts';
import { partnerAt, startTestPartner } from '../support/stage/test-partner.ts';
import { amendText, startTestStage } from '../support/stage/test-stage.ts';

/** Of 15 minutes 63 seconds are left, enough for a silent partner. A step is not tried again: each try waits for it anew. */
const hasty = amendText('"Timeout":900', '"Timeout":63');
const once = amendText('\\"MaxAttempts\\":3', '\\"MaxAttempts\\":0');

const silent = await startSilentServer();
afterAll(() => silent.close());
const stalling = await startTestPartner('stalling');
stalling.server.fault({ on: 'AUTH', do: { kind: 'stall-handshake' } });
const { flow } = await startTestStage([partnerAt(silent.port, 'silent'), stalling], {
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
