import type { Random } from '../machine/random.ts';

/** What a history begins with. */
export interface Config {
  readonly scenario: 'pull' | 'push';
  readonly server: {
    readonly mlsd: boolean;
    readonly mdtm: boolean;
    readonly size: boolean;
    readonly unique: boolean;
    /** The zone of LIST times. */
    readonly zone: Zone;
    /** Whether RNTO replaces a file. */
    readonly renamesOver: boolean;
  };
  readonly connection: { readonly timeZone: 'auto' | 'right'; readonly maxConnections: number };
  readonly pull: {
    readonly after: 'keep' | 'delete' | 'move';
    readonly minAgeSeconds: number;
    readonly unchangedListings: number;
    readonly doneFile: boolean;
  };
  readonly push: {
    readonly trigger: readonly ('event' | 'schedule')[];
    readonly overwrite: 'refuse' | 'replace' | 'delete-first';
    readonly doneFile: boolean;
    readonly after: 'keep' | 'tag' | 'delete';
  };
  /** Files that stand beside those of the flow, and that it does not want: a day old, or a year. */
  readonly archive: { readonly count: number; readonly ageDays: number };
  /** When the history begins. */
  readonly startMs: number;
  readonly files: readonly [string, ...string[]];
}

export type Zone = 'UTC' | 'Europe/Rome' | 'America/New_York';

/** Winter and summer, and the days around both changes of daylight saving time in Europe. */
const starts: readonly [number, ...number[]] = [
  Date.UTC(2026, 10, 20, 9, 0, 30),
  Date.UTC(2026, 6, 7, 14, 20, 5),
  Date.UTC(2026, 2, 28, 22, 15, 0),
  Date.UTC(2026, 9, 24, 23, 40, 10),
];

export function drawConfig(random: Random, scenario: 'pull' | 'push' | undefined): Config {
  const config = drawAny(random, scenario);
  return random.chance(0.4) ? random.pick(themes)(config) : config;
}

/**
 * Combinations in which partners are known to be difficult, and which chance alone seldom makes: dates on
 * both sides of a change of daylight saving time, markers, servers that tell little, several connections.
 */
const themes: readonly [(config: Config) => Config, ...((config: Config) => Config)[]] = [
  (config) => ({
    ...config,
    server: { ...config.server, mlsd: false, mdtm: true, zone: 'Europe/Rome' },
    connection: { ...config.connection, timeZone: 'auto' },
    pull: { ...config.pull, minAgeSeconds: 120 },
    archive: { count: 9, ageDays: config.archive.ageDays === 1 ? 100 : config.archive.ageDays },
    startMs: starts[0],
  }),
  (config) => ({ ...config, pull: { ...config.pull, doneFile: true } }),
  (config) => ({
    ...config,
    server: { ...config.server, mlsd: false },
    connection: { ...config.connection, timeZone: 'right' },
    pull: { ...config.pull, after: 'delete', minAgeSeconds: 0, doneFile: false },
  }),
  (config) => ({
    ...config,
    server: { ...config.server, mdtm: false },
    pull: { ...config.pull, after: 'delete', doneFile: false },
  }),
  (config) => ({
    ...config,
    server: { ...config.server, renamesOver: true },
    connection: { ...config.connection, maxConnections: 2 },
    files: ['a.csv'],
    push: { ...config.push, trigger: ['event', 'schedule'], overwrite: 'replace' },
  }),
];

function drawAny(random: Random, scenario: 'pull' | 'push' | undefined): Config {
  const fileCount = random.pick([1, 1, 2]);
  return {
    scenario: scenario ?? random.pick(['pull', 'push']),
    server: {
      mlsd: random.chance(0.4),
      mdtm: random.chance(0.7),
      size: random.chance(0.9),
      unique: random.chance(0.3),
      zone: random.pick(['UTC', 'Europe/Rome', 'Europe/Rome', 'America/New_York']),
      renamesOver: random.chance(0.8),
    },
    connection: {
      timeZone: random.pick(['auto', 'right']),
      maxConnections: random.pick([1, 1, 2, 3]),
    },
    pull: {
      after: random.pick(['keep', 'delete', 'delete', 'move']),
      minAgeSeconds: random.pick([0, 10, 120, 120]),
      unchangedListings: random.pick([1, 1, 1, 2]),
      doneFile: random.chance(0.25),
    },
    push: {
      trigger: random.pick([['event'], ['schedule'], ['event', 'schedule']]),
      overwrite: random.pick(['refuse', 'replace', 'replace', 'delete-first']),
      doneFile: random.chance(0.2),
      after: random.pick(['keep', 'keep', 'tag', 'delete']),
    },
    archive: { count: random.pick([0, 0, 2, 9]), ageDays: random.pick([1, 100, 400]) },
    startMs: random.pick(starts),
    files: fileCount === 1 ? ['a.csv'] : ['a.csv', 'b.csv'],
  };
}
