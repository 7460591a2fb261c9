import type { PartnerFile } from '../contract/partner-file/partner-file.ts';
import type { ServerCertificate } from '../core/connection/server-certificate.ts';
import { describeCertificateChange } from '../core/connection/tls-refusal.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { readKnownServer } from '../ledger/connection/server-capabilities.ts';
import type { Table } from '../ledger/table.ts';

/**
 * What differs between a certificate and that of the last good session with the same server; undefined where
 * nothing does, or no session is known. @throws errors of the table.
 */
export async function certificateChange(
  { partner, connection: { host, port } }: PartnerFile,
  certificate: ServerCertificate,
  table: Table,
): Promise<string | undefined> {
  const known = await readKnownServer(table, partner);
  if (known?.certificate === undefined || known.server !== `${host}:${port}`) return undefined;
  return describeCertificateChange(known.certificate, certificate);
}

/**
 * The error of a refused certificate, with what has changed since the last good session. Any other error, and
 * one without a change, stays as it is; so does this one where the table cannot be read.
 */
export async function withCertificateChange(
  error: unknown,
  partner: PartnerFile,
  table: Table,
): Promise<unknown> {
  if (!(error instanceof FtpsError) || error.certificate === undefined) return error;
  const change = await certificateChange(partner, error.certificate, table).catch(() => undefined);
  if (change === undefined) return error;
  const { kind, answer, remedy, certificate } = error;
  const { host, port } = partner.connection;
  return new FtpsError({
    kind,
    attempt: 'securing the connection to',
    target: `${host}:${port}`,
    answer: `${answer}. ${change}`,
    remedy,
    certificate,
    cause: error,
  });
}
