import type { ServerCertificate } from './server-certificate.ts';

/** A trait of a server that can be observed, each described in a few words. */
export type Trait =
  | 'certificate'
  | 'features'
  | 'tls'
  | 'passive'
  | 'session-reuse'
  | 'listing'
  | 'size'
  | 'modified-time'
  | 'rest'
  | 'hash'
  | 'connections'
  | 'rename-over'
  | 'append'
  | 'restart';

export type Traits = Readonly<Partial<Record<Trait, string>>>;

/** The traits of a partner's server as last observed. */
export interface KnownServer {
  /** `host:port`. The traits apply to this server only. */
  readonly server: string;
  /** When they were last observed. */
  readonly seenAt: Date;
  readonly traits: Traits;
  /** When its certificate expires. */
  readonly expiresAt: Date | undefined;
  /** The certificate of the last session; undefined where an earlier version has recorded the server. */
  readonly certificate?: ServerCertificate | undefined;
}

export interface ServerChange {
  readonly what: Trait;
  readonly before: string;
  readonly after: string;
}

/**
 * Traits that are not compared: the number of sessions that a server permits depends on its other clients.
 */
const volatileTraits: ReadonlySet<string> = new Set<Trait>(['connections']);

/**
 * The traits that were observed both times and differ. None for a different `host:port`: then the partner
 * file changed, not the server.
 */
export function findChanges(before: KnownServer | undefined, after: KnownServer): readonly ServerChange[] {
  if (before?.server !== after.server) return [];
  return traitNames(after.traits).flatMap((what) => {
    const [was, is] = [before.traits[what], after.traits[what]];
    if (volatileTraits.has(what) || was === undefined || is === undefined || was === is) return [];
    return [{ what, before: was, after: is }];
  });
}

/** The traits after an observation; traits that were not observed this time keep their value. */
export function mergeKnownServer(before: KnownServer | undefined, now: KnownServer): KnownServer {
  if (before?.server !== now.server) return now;
  return {
    ...now,
    traits: { ...before.traits, ...now.traits },
    expiresAt: now.expiresAt ?? before.expiresAt,
    certificate: now.certificate ?? before.certificate,
  };
}

/** Whether the observation should be recorded: a trait changed, or the last record is a day old. */
export function isWorthRecording(before: KnownServer | undefined, after: KnownServer): boolean {
  if (before?.server !== after.server) return true;
  if (after.certificate !== undefined && before.certificate === undefined) return true;
  if (after.seenAt.getTime() - before.seenAt.getTime() >= dayMs) return true;
  return traitNames(after.traits).some((what) => before.traits[what] !== after.traits[what]);
}

const dayMs = 24 * 60 * 60_000;

/** The names of the FEAT features, sorted so that they can be compared. */
export function featuresTrait(names: Iterable<string>): string {
  const sorted = [...new Set(names)].sort();
  return sorted.length === 0 ? 'none' : sorted.join(' ');
}

function traitNames(traits: Traits): readonly Trait[] {
  return Object.keys(traits).filter(isTrait);
}

const allTraits: Readonly<Record<Trait, true>> = {
  certificate: true,
  features: true,
  tls: true,
  passive: true,
  'session-reuse': true,
  listing: true,
  size: true,
  'modified-time': true,
  rest: true,
  hash: true,
  connections: true,
  'rename-over': true,
  append: true,
  restart: true,
};

export function isTrait(name: string): name is Trait {
  return Object.hasOwn(allTraits, name);
}
