import { afterAll, expect, test } from 'vitest';
import { startSilentServer } from '../../../testing/ftps-server/broken-servers.ts';
import { partnerAt, startTestPartner } from '../../support/partner/test-partner.ts';
import { amendText } from '../../support/stage/amend-template.ts';
import { startTestStage } from '../../support/stage/test-stage.ts';

/**
 * 63 seconds instead of 15 minutes, which is enough to give up on a silent server. No retries, because each
 * waits for the server again.
 */
const shortTimeout = amendText('"Timeout":900', '"Timeout":63');
const noRetries = amendText('\\"MaxAttempts\\":3', '\\"MaxAttempts\\":0');

const silent = await startSilentServer();
afterAll(() => silent.close());
const stalling = await startTestPartner('stalling');
stalling.server.fault({ on: 'AUTH', do: { kind: 'stall-handshake' } });
const { flow } = await startTestStage([partnerAt(silent.port, 'silent'), stalling], {
  amend: (template) => noRetries(shortTimeout(template)),
});

test.concurrent('A run gives up on a silent server and names it', async () => {
  const { exitCode, cause } = await flow('silent').pull();

  expect(exitCode).toBe(5);
  expect(cause?.error).toBe('timeout');
  expect(cause?.message).toContain(`127.0.0.1:${silent.port}`);
});

test.concurrent('A run gives up on a server that stalls in the TLS handshake', async () => {
  const { exitCode, cause } = await flow('stalling').pull();

  expect(exitCode).toBe(5);
  expect(cause?.error).toBe('timeout');
});
