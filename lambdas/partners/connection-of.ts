import type { Connection } from '../contract/connection.ts';
import type { PartnerFile } from '../contract/partner-file.ts';

/** The partner file's connection as the FTPS layer takes it. */
export function connectionOf(partner: PartnerFile): Connection {
  const { host, port, security, tls, maxConnections, timeZone, encoding } = partner.connection;
  const { minVersion, ca, serverName, fingerprints } = tls;
  return {
    host,
    port,
    security,
    tls: { minVersion, ca, serverName, fingerprints },
    maxConnections,
    timeZone,
    encoding,
  };
}
