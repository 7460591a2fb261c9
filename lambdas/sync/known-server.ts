/** What may be learnt of a server, each in one word or a few. */
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

/** What is known of a partner's server since somebody looked. */
export interface KnownServer {
  /** `host:port`: of another one nothing is known. */
  readonly server: string;
  /** When it was last seen so. */
  readonly seenAt: Date;
  readonly traits: Traits;
  /** When its certificate ends. */
  readonly expiresAt: Date | undefined;
}

export interface ServerChange {
  readonly what: Trait;
  readonly before: string;
  readonly after: string;
}

/** How many sessions a server grants depends on who else is there, and says nothing of a change. */
const passing: ReadonlySet<string> = new Set<Trait>(['connections']);

/** What both times were asked and answered otherwise. Nothing where it is another server: that was our own doing. */
export function changesBetween(before: KnownServer | undefined, after: KnownServer): readonly ServerChange[] {
  if (before?.server !== after.server) return [];
  return traitNames(after.traits).flatMap((what) => {
    const [was, is] = [before.traits[what], after.traits[what]];
    if (passing.has(what) || was === undefined || is === undefined || was === is) return [];
    return [{ what, before: was, after: is }];
  });
}

/** What is known with what was seen now; what was not asked now stays as it was. */
export function knownAfter(before: KnownServer | undefined, now: KnownServer): KnownServer {
  if (before?.server !== now.server) return now;
  return {
    ...now,
    traits: { ...before.traits, ...now.traits },
    expiresAt: now.expiresAt ?? before.expiresAt,
  };
}

/** Whether it is worth writing down again: something is new, or it was a day ago. */
export function isNews(before: KnownServer | undefined, after: KnownServer): boolean {
  if (before?.server !== after.server) return true;
  if (after.seenAt.getTime() - before.seenAt.getTime() >= dayMs) return true;
  return traitNames(after.traits).some((what) => before.traits[what] !== after.traits[what]);
}

const dayMs = 24 * 60 * 60_000;

/** The names of the features, in one order, so that they compare. */
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
