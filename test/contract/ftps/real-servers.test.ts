import { it } from 'vitest';
import { availableServers } from '../../support/real-servers/available-servers.ts';
import type { ServerName } from '../../support/real-servers/real-server.ts';
import { ftpsContract, type ServerNature } from './ftps-contract.ts';
import { startReal } from './real-partner.ts';

/** vsftpd has no MLST, so that it cannot be asked whether a directory is there. */
const natures: Record<ServerName, ServerNature> = {
  vsftpd: { missingDirectory: 'refused', links: 'told' },
  proftpd: { missingDirectory: 'gone', links: 'told' },
  'pure-ftpd': { missingDirectory: 'gone', links: 'told' },
};

const { ready, absent } = await availableServers();

for (const { name, reason } of absent) {
  process.stdout.write(`Skipped: the FTPS contract on ${name}: ${reason}.\n`);
  it.skip(`${name} keeps the FTPS contract where it is present (${reason})`);
}

for (const program of ready) {
  for (const security of program.securities) {
    const versions = security === 'explicit' ? (['TLSv1.2', 'TLSv1.3'] as const) : (['TLSv1.3'] as const);
    for (const maxVersion of versions) {
      ftpsContract(
        `${program.name}, ${security} ${maxVersion}, session reuse ${program.sessionReuse}`,
        (options) => startReal(program, { ...options, security, maxVersion }),
        natures[program.name],
      );
    }
  }
}
