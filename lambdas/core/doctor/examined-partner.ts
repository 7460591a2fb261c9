import type { RemotePath } from '../path/remote-path.ts';

/** The part of a partner file that the doctor's findings depend on. */
export interface ExaminedPartner {
  readonly partner: string;
  readonly connection: ExaminedConnection;
  readonly flows: readonly ExaminedFlow[];
}

export interface ExaminedConnection {
  readonly host: string;
  readonly port: number;
  readonly security: 'explicit' | 'implicit';
  /** The secret's name. */
  readonly secret: string;
  readonly tls: {
    readonly minVersion: string;
    readonly ca?: string | undefined;
    readonly serverName?: string | undefined;
    readonly fingerprints: readonly string[];
  };
  readonly maxConnections: number;
  readonly timeZone: string;
  readonly timeZoneOf: 'list' | 'all';
  readonly encoding: string;
}

export type ExaminedFlow = ExaminedPull | ExaminedPush;

interface ExaminedPull {
  readonly name: string;
  readonly direction: 'pull';
  readonly remote: RemotePath;
  readonly settled: { readonly minAge: string };
  readonly after: 'keep' | 'delete' | { readonly move: string };
}

export interface ExaminedPush {
  readonly name: string;
  readonly direction: 'push';
  readonly remote: RemotePath;
  readonly overwrite: 'refuse' | 'replace-own' | 'replace' | 'delete-first';
  readonly delivery?: 'staged' | 'direct';
  readonly verify?: 'size' | 'listing' | 'none';
  readonly makeDirectories?: boolean;
}

export function pullFlows({ flows }: ExaminedPartner): readonly ExaminedPull[] {
  return flows.filter((flow) => flow.direction === 'pull');
}

export function pushFlows({ flows }: ExaminedPartner): readonly ExaminedPush[] {
  return flows.filter((flow) => flow.direction === 'push');
}

/** `invoices, orders`; `no flow` where there is none. */
export function flowNames(flows: readonly { readonly name: string }[]): string {
  return flows.length === 0 ? 'no flow' : flows.map(({ name }) => name).join(', ');
}
