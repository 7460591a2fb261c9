import type { RemotePath } from './remote-path.ts';

/** What the doctor's judgement needs of a partner file: how it is reached, and what each flow will ask of the server. */
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

interface ExaminedPush {
  readonly name: string;
  readonly direction: 'push';
  readonly remote: RemotePath;
  readonly overwrite: 'refuse' | 'replace' | 'delete-first';
}

export function pullsOf({ flows }: ExaminedPartner): readonly ExaminedPull[] {
  return flows.filter((flow) => flow.direction === 'pull');
}

export function pushesOf({ flows }: ExaminedPartner): readonly ExaminedPush[] {
  return flows.filter((flow) => flow.direction === 'push');
}

/** `invoices, orders`; `no flow` where there is none. */
export function namesOf(flows: readonly { readonly name: string }[]): string {
  return flows.length === 0 ? 'no flow' : flows.map(({ name }) => name).join(', ');
}
