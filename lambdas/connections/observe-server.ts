import type { PartnerFile } from '../contract/partner-file/partner-file.ts';
import {
  featuresTrait,
  findChanges,
  isWorthRecording,
  type KnownServer,
  mergeKnownServer,
  type ServerChange,
  type Traits,
} from '../core/connection/known-server.ts';
import {
  daysLeft,
  expiryWarningDays,
  type ServerCertificate,
} from '../core/connection/server-certificate.ts';
import { sessionCertificate } from '../ftps/control/peer-certificates.ts';
import type { Session } from '../ftps/session/session.ts';
import {
  claimExpiryNotice,
  readKnownServer,
  recordKnownServer,
  releaseExpiryNotice,
} from '../ledger/connection/server-capabilities.ts';
import type { Table } from '../ledger/table.ts';
import type { PartnerEvents } from './partner-events.ts';

export interface ObserveServerDependencies {
  readonly table: Table;
  readonly now: () => Date;
  readonly partnerEvents: Pick<PartnerEvents, 'certificateExpiring' | 'changed'>;
}

/** What a session showed of its server. */
export interface ObservedServer {
  readonly certificate: ServerCertificate | undefined;
  readonly traits: Traits;
}

/** The server's certificate and the features that FEAT names. */
export function toObservedServer(session: Session): ObservedServer {
  const certificate = sessionCertificate(session);
  const { features } = session.capabilities;
  return {
    certificate,
    traits: {
      ...(certificate === undefined ? {} : { certificate: certificate.fingerprint }),
      ...(features === undefined ? {} : { features: featuresTrait(features.keys()) }),
    },
  };
}

/** A day, minus the difference between the start times of two nightly runs. */
const noticeIntervalMs = 23 * 60 * 60_000;

/**
 * Compares a partner's server with what is known of it, records it, and publishes what has changed. Publishes
 * a certificate that expires within three weeks, at most once a day. It costs one read where nothing is new.
 * The server is recorded also while the bus rejects the event, because alarms depend on no event; the trait
 * that has changed stays as it was then, so that a later session publishes it.
 * @returns what has changed. @throws errors of the table and the event bus, once everything is recorded.
 */
export async function observeServer(
  { partner, connection: { host, port } }: PartnerFile,
  observed: ObservedServer,
  dependencies: ObserveServerDependencies,
): Promise<readonly ServerChange[]> {
  const { table, now, partnerEvents } = dependencies;
  const { certificate, traits } = observed;
  const before = await readKnownServer(table, partner);
  const current: KnownServer = {
    server: `${host}:${port}`,
    seenAt: now(),
    traits,
    expiresAt: certificate?.expiresAt,
    certificate,
  };
  const changes = findChanges(before, current);
  // Published before it is recorded: where one of the two fails, it is published twice rather than never.
  let rejected: { readonly error: unknown } | undefined;
  if (before !== undefined && changes.length > 0) {
    const since = before.seenAt.toISOString();
    await partnerEvents.changed({ partner, host, since, changes: [...changes] }).catch((error: unknown) => {
      rejected = { error };
    });
  }
  if (before !== undefined && rejected !== undefined) {
    const { expiresAt = before.expiresAt } = current;
    await recordKnownServer(table, partner, { ...before, expiresAt });
  } else if (isWorthRecording(before, current)) {
    await recordKnownServer(table, partner, mergeKnownServer(before, current));
  }
  if (certificate !== undefined)
    await publishExpiringCertificate({ partner, host, certificate }, dependencies);
  if (rejected !== undefined) throw rejected.error;
  return changes;
}

interface Expiry {
  readonly partner: PartnerFile['partner'];
  readonly host: string;
  readonly certificate: ServerCertificate;
}

/**
 * Publishes `partner.certificate-expiring` for a certificate that expires within three weeks or has expired:
 * at most once a day for each partner, from all functions together. One that the bus rejects is published by
 * the next session.
 * @throws errors of the table and the event bus.
 */
export async function publishExpiringCertificate(
  { partner, host, certificate }: Expiry,
  { table, now, partnerEvents }: ObserveServerDependencies,
): Promise<void> {
  const left = daysLeft(certificate, now());
  if (left > expiryWarningDays) return;
  const claimedAt = now();
  if ((await claimExpiryNotice(table, partner, { now: claimedAt, everyMs: noticeIntervalMs })) === 'not-due')
    return;
  const expiresAt = certificate.expiresAt.toISOString();
  const { fingerprint } = certificate;
  const notice = { partner, host, expiresAt, daysLeft: left, fingerprint };
  await partnerEvents.certificateExpiring(notice).catch(async (error: unknown) => {
    await releaseExpiryNotice(table, partner, claimedAt);
    throw error;
  });
}
