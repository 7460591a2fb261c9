import type { PartnerFile } from '../contract/partner-file.ts';
import { certificateOf } from '../ftps/probe-certificate.ts';
import type { Session } from '../ftps/session.ts';
import { mayTellExpiry, readKnownServer, recordKnownServer } from '../ledger/capabilities.ts';
import type { Table } from '../ledger/table.ts';
import {
  changesBetween,
  featuresTrait,
  isNews,
  type KnownServer,
  knownAfter,
  type ServerChange,
  type Traits,
} from '../sync/known-server.ts';
import { daysLeft, expiryWarningDays, type ServerCertificate } from '../sync/server-certificate.ts';
import type { TellOfServer } from './tell-of-server.ts';

export interface NoticeSystems {
  readonly table: Table;
  readonly now: () => Date;
  readonly tellOfServer: TellOfServer;
}

/** What was seen of a server. */
export interface SeenServer {
  readonly certificate: ServerCertificate | undefined;
  readonly traits: Traits;
}

/** What any session shows of its server: its certificate, and what FEAT names. */
export function seenIn(session: Session): SeenServer {
  const certificate = certificateOf(session);
  const { features } = session.capabilities;
  return {
    certificate,
    traits: {
      ...(certificate === undefined ? {} : { certificate: certificate.fingerprint }),
      ...(features === undefined ? {} : { features: featuresTrait(features.keys()) }),
    },
  };
}

/** A day, less what two nightly runs may differ by. */
const tellEveryMs = 23 * 60 * 60_000;

/**
 * Compares what was seen of a partner's server with what is known of it, keeps it, and tells of what has changed, and of a
 * certificate that ends within three weeks at most once a day. It costs one read where nothing is new.
 * @returns what has changed. @throws what the table and the bus throw.
 */
export async function noticeServer(
  { partner, connection: { host, port } }: PartnerFile,
  seen: SeenServer,
  systems: NoticeSystems,
): Promise<readonly ServerChange[]> {
  const { table, now, tellOfServer } = systems;
  const { certificate, traits } = seen;
  const before = await readKnownServer(table, partner);
  const present: KnownServer = {
    server: `${host}:${port}`,
    seenAt: now(),
    traits,
    expiresAt: certificate?.expiresAt,
  };
  const changes = changesBetween(before, present);
  // Told before it is kept: where one of the two fails, it is told once more rather than never.
  if (before !== undefined && changes.length > 0) {
    await tellOfServer.changed({ partner, host, since: before.seenAt.toISOString(), changes: [...changes] });
  }
  if (isNews(before, present)) await recordKnownServer(table, partner, knownAfter(before, present));
  if (certificate !== undefined) await tellExpiringCertificate({ partner, host, certificate }, systems);
  return changes;
}

interface Expiry {
  readonly partner: PartnerFile['partner'];
  readonly host: string;
  readonly certificate: ServerCertificate;
}

/**
 * Puts `partner.certificate-expiring` on the bus where a certificate ends within three weeks or has ended, at most once a day for a
 * partner, whoever looks. @throws what the table and the bus throw.
 */
export async function tellExpiringCertificate(
  { partner, host, certificate }: Expiry,
  { table, now, tellOfServer }: NoticeSystems,
): Promise<void> {
  const left = daysLeft(certificate, now());
  if (left > expiryWarningDays) return;
  if ((await mayTellExpiry(table, partner, { now: now(), everyMs: tellEveryMs })) === 'not-now') return;
  const expiresAt = certificate.expiresAt.toISOString();
  const { fingerprint } = certificate;
  await tellOfServer.certificateExpiring({ partner, host, expiresAt, daysLeft: left, fingerprint });
}
