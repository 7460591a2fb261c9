import { afterAll } from 'vitest';
import { createAuthority, type IssuedCertificate } from '../../../testing/certificates.ts';
import type { FtpsServer } from '../../../testing/ftps-server/server.ts';
import { MemoryTree } from '../../../testing/ftps-server/tree/memory-tree.ts';
import { type PartnerOptions, startPartner } from '../../../testing/start-partner.ts';

/** Settings of a flow, which override those of {@link plainFlow}. */
export type FlowSettings = Readonly<Record<string, unknown>>;

/** A partner of a test stage: its partner file and secret. */
export interface PartnerSetup {
  readonly name: string;
  /** The partner file as a document; JSON is YAML. */
  readonly document: object;
  /** Its entry in the secrets file; undefined: none. */
  readonly login: Readonly<Record<string, string>> | undefined;
}

/** A partner whose server runs in the test, which can seed files, inject faults and read its log. */
export interface TestPartner extends PartnerSetup {
  readonly server: FtpsServer;
  readonly tree: MemoryTree;
  /** The server's certificate, to start it again with. */
  readonly certificate: IssuedCertificate;
}

export const testUser = 'ann';
export const testPassword = 'correct-horse-battery';

export interface PartnerSettings {
  readonly server?: PartnerOptions;
  readonly connection?: Readonly<Record<string, unknown>>;
  readonly tls?: Readonly<Record<string, unknown>>;
  readonly login?: Readonly<Record<string, string>> | undefined;
  /** By name. Each has the remote directory `/<name>` and the prefix `<partner>/<name>/`. */
  readonly flows?: Readonly<Record<string, FlowSettings>>;
}

/**
 * Starts a partner with its own certificate authority, which its partner file trusts, and creates the
 * directories of its flows. It serves until the end of the test file.
 */
export async function startTestPartner(name: string, settings: PartnerSettings = {}): Promise<TestPartner> {
  const tree = new MemoryTree();
  const { flows = { files: {} } } = settings;
  for (const flow of Object.keys(flows)) tree.putDirectory(`/${flow}`);
  const users = { [testUser]: testPassword };
  const { server, certificate, connection } = await startPartner({ files: tree, users, ...settings.server });
  // A given certificate is trusted where the test says so.
  const ca = settings.server?.certificate === undefined ? connection.tls.ca : await unrelatedAuthority(name);
  const setup = partnerAt(server.port, name, { ...settings, flows, tls: { ca, ...settings.tls } });
  afterAll(() => server.close());
  return { ...setup, server, tree, certificate };
}

async function unrelatedAuthority(name: string): Promise<string> {
  const { certificatePem } = await createAuthority(`Authority of ${name}`);
  return certificatePem;
}

/** A partner file for a port of 127.0.0.1, whether a server listens there or not. */
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
  // Files of a test were just written, so there is no minimum age.
  return { ...place, direction: 'pull', settled: { minAge: '0s' } };
}

export function secretOf(partner: string): string {
  return `ftps-sync/${partner}`;
}

/** A certificate for 127.0.0.1 of an untrusted authority. */
export async function untrustedCertificate(): Promise<IssuedCertificate> {
  const untrusted = await createAuthority('Untrusted authority');
  return untrusted.issue({ names: ['127.0.0.1'] });
}
