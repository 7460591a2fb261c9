import { afterAll } from 'vitest';
import { createAuthority, type IssuedCertificate } from '../certificates.ts';
import { MemoryTree } from '../ftps-server/memory-tree.ts';
import type { FtpsServerOptions } from '../ftps-server/options.ts';
import { type FtpsServer, startFtpsServer } from '../ftps-server/server.ts';

/** What a test says of a flow, over {@link plainFlow}. */
export type FlowSettings = Readonly<Record<string, unknown>>;

/** A partner of a test stage: its partner file, its secret, and whatever listens at its port. */
export interface PartnerSetup {
  readonly name: string;
  /** The partner file as a document; JSON is YAML. */
  readonly document: object;
  /** What the secrets file holds for it; undefined: nothing. */
  readonly login: Readonly<Record<string, string>> | undefined;
}

/** A partner whose server runs in the test, to be seeded, spoilt and asked what it saw. */
export interface TestPartner extends PartnerSetup {
  readonly server: FtpsServer;
  readonly tree: MemoryTree;
  /** What the server shows, and would show again. */
  readonly certificate: FtpsServerOptions['certificate'];
}

export const testUser = 'ann';
export const testPassword = 'correct-horse-battery';

export interface PartnerSettings {
  readonly server?: Partial<FtpsServerOptions>;
  readonly connection?: Readonly<Record<string, unknown>>;
  readonly tls?: Readonly<Record<string, unknown>>;
  readonly login?: Readonly<Record<string, string>> | undefined;
  /** By name; each has the remote directory `/<name>` and the prefix `<partner>/<name>/`. */
  readonly flows?: Readonly<Record<string, FlowSettings>>;
}

/**
 * Starts a partner with an authority of its own that its partner file trusts, and makes the directories of its flows.
 * It serves until the test file has ended.
 */
export async function startTestPartner(name: string, settings: PartnerSettings = {}): Promise<TestPartner> {
  const authority = await createAuthority(`Authority of ${name}`);
  const certificate = settings.server?.certificate ?? (await authority.issue({ names: ['127.0.0.1'] }));
  const tree = new MemoryTree();
  const { flows = { files: {} } } = settings;
  for (const flow of Object.keys(flows)) tree.putDirectory(`/${flow}`);
  const server = await startFtpsServer({
    files: tree,
    users: { [testUser]: testPassword },
    ...settings.server,
    certificate,
  });
  const tls = { ca: authority.certificatePem, ...settings.tls };
  const setup = partnerAt(server.port, name, { ...settings, flows, tls });
  afterAll(() => server.close());
  return { ...setup, server, tree, certificate };
}

/** A partner file for whatever listens at that port of 127.0.0.1, or for nothing that listens there. */
export function partnerAt(port: number, name: string, settings: PartnerSettings = {}): PartnerSetup {
  const { connection = {}, tls = {}, flows = { files: {} } } = settings;
  const document = {
    partner: name,
    connection: { host: '127.0.0.1', port, security: 'explicit', secret: secretOf(name), tls, ...connection },
    flows: Object.entries(flows).map(([flow, changes]) => ({
      ...plainFlow(name, flow, changes.direction),
      ...changes,
    })),
  };
  const login = 'login' in settings ? settings.login : { user: testUser, password: testPassword };
  return { name, document, login };
}

function plainFlow(partner: string, flow: string, direction: unknown): object {
  const place = { name: flow, remote: `/${flow}`, prefix: `${partner}/${flow}/` };
  if (direction === 'push') return place;
  // Everything is taken at once: files of a test were written just now.
  return { ...place, direction: 'pull', settled: { minAge: '0s' } };
}

export function secretOf(partner: string): string {
  return `ftps-sync/${partner}`;
}

/** A certificate for 127.0.0.1 of an authority that nobody trusts. */
export async function strangersCertificate(): Promise<IssuedCertificate> {
  const stranger = await createAuthority('Somebody else');
  return stranger.issue({ names: ['127.0.0.1'] });
}
