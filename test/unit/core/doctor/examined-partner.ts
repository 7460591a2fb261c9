import type { ExaminedPartner } from '../../../../lambdas/core/doctor/examined-partner.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';

/** A partner with one pull, and these settings of its connection. */
export function examinedPartner(connection: Partial<ExaminedPartner['connection']> = {}): ExaminedPartner {
  return {
    partner: 'acme',
    connection: {
      host: 'ftps.acme.example',
      port: 21,
      security: 'explicit',
      secret: 'ftps-sync/acme',
      tls: { minVersion: 'TLSv1.2', fingerprints: [] },
      maxConnections: 4,
      timeZone: 'auto',
      timeZoneOf: 'list',
      encoding: 'auto',
      ...connection,
    },
    flows: [
      {
        name: 'invoices',
        direction: 'pull',
        remote: parseRemotePath('/outgoing'),
        settled: { minAge: '2m' },
        after: 'keep',
      },
    ],
  };
}
