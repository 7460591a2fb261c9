import { expect, it } from 'vitest';
import { createAuthority } from '../../../../testing/certificates.ts';
import { availableServers } from '../../../support/real-servers/available-servers.ts';
import type { ServerName } from '../../../support/real-servers/real-server.ts';
import { openTo } from '../test-partner.ts';
import { ftpsContract, type ServerBehaviour } from './ftps-contract.ts';
import { startReal } from './real-partner.ts';
import { type UploadBehaviour, uploadContract } from './upload-contract.ts';

/**
 * Runs the contract on one real server, with each kind of TLS that it supports; or reports why it is skipped.
 */
export async function realServerContract(
  name: ServerName,
  behaviour: ServerBehaviour & UploadBehaviour,
): Promise<void> {
  const { ready, absent } = await availableServers();
  const program = ready.find((each) => each.name === name);
  if (program === undefined) {
    const reason = absent.find((each) => each.name === name)?.reason ?? 'it is not known here';
    process.stdout.write(`Skipped: the FTPS contract on ${name}: ${reason}.\n`);
    it.skip(`${name} keeps the FTPS contract where it is present (${reason})`);
    return;
  }
  for (const security of program.securities) {
    const versions = security === 'explicit' ? (['TLSv1.2', 'TLSv1.3'] as const) : (['TLSv1.3'] as const);
    for (const maxVersion of versions) {
      ftpsContract(
        `${name}, ${security} ${maxVersion}, session reuse ${program.sessionReuse}`,
        (options) => startReal(program, { ...options, security, maxVersion }),
        behaviour,
      );
      uploadContract(
        `${name}, ${security} ${maxVersion}, uploads`,
        (options) => startReal(program, { ...options, security, maxVersion }),
        behaviour,
      );
    }
    it(`${name}, ${security} TLS: a client certificate of another authority is refused as such`, async () => {
      const partners = await createAuthority('partners');
      const stranger = await (await createAuthority('strangers')).issue({ names: ['us'], usage: 'client' });
      const requireClientCertificate = partners.certificatePem;
      await using server = await startReal(program, { security, requireClientCertificate });
      const shown = { clientCertificate: stranger.certificatePem, clientKey: stranger.keyPem };

      const opening = openTo({ ...server, credentials: { ...server.credentials, ...shown } });

      await expect(opening).rejects.toMatchObject({ kind: 'client-certificate-refused' });
    });
  }
}
