import { expect, it } from 'vitest';
import { observeServer, toObservedServer } from '../../../lambdas/connections/observe-server.ts';
import { createAuthority } from '../../../testing/certificates.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { useTable } from '../ledger/test-table.ts';
import { never, PartnerFixture } from './partner-fixture.ts';

const ledger = useTable();
const start = (server = {}) => PartnerFixture.start(() => ledger.table, 3, server);

/** Opens a session, and records its server as a run does. */
async function openAndRecord(partner: PartnerFixture): Promise<void> {
  const session = await partner.worker().open('first', never);
  if (session === undefined) throw new Error('a first session is opened, or opening it throws');
  await observeServer(partner.file, toObservedServer(session), partner.dependencies());
  await session.close();
}

it('A refused certificate is compared with that of the last good session, and one that is accepted is not', async () => {
  const partner = await start();
  await openAndRecord(partner);
  await openAndRecord(partner);
  const other = await createAuthority('Other CA');
  const { port } = partner.server;
  await partner.server.close();
  const certificate = await other.issue({ names: ['127.0.0.1', 'new.example'], rsaBits: 2048 });
  await startTestPartner('renewed', { server: { port, certificate } });

  const error = await partner
    .worker()
    .open('first', never)
    .catch((reason: unknown) => reason);

  expect(error).toMatchObject({ kind: 'certificate-refused' });
  expect(String(error)).toMatch(/issued by CN=Other CA, which connection\.tls\.ca does not have/);
  expect(String(error)).toMatch(
    /not the certificate of the last good session\. What changed: issuer was .*, is CN=Other CA; names was .*, is 127\.0\.0\.1, new\.example; key was EC, prime256v1, is RSA, 2048 bits/,
  );
});

it('Nothing is compared where no session is known', async () => {
  const stranger = await createAuthority('Other CA');
  const partner = await start({ certificate: await stranger.issue({ names: ['127.0.0.1'] }) });

  const error = await partner
    .worker()
    .open('first', never)
    .catch((reason: unknown) => reason);

  expect(String(error)).not.toContain('What changed');
});
