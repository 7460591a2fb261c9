import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createAuthority, type IssuedCertificate } from '../../../testing/certificates.ts';
import { awaitGreeting } from './await-greeting.ts';
import { startContained } from './contained-program.ts';
import { requiredPath } from './installed-path.ts';
import { passwordHash } from './password-hash.ts';
import { reservePortBlock } from './port-block.ts';
import {
  type Owner,
  type ProgramName,
  type RealServer,
  type RealServerOptions,
  servedOwner,
} from './real-server.ts';
import type { ServerProgram } from './server-program.ts';

const host = '127.0.0.1';
const user = 'partner';

/** Starts one server and waits until it answers. @throws Error with the server's output where it does not. */
export async function startRealServer(
  program: ServerProgram<ProgramName>,
  options: RealServerOptions,
): Promise<RealServer> {
  const { security } = options;
  if (!program.securities.includes(security)) throw new Error(`${program.name} has no ${security} TLS.`);
  await using cleanup = new AsyncDisposableStack();
  const folder = await newFolder();
  cleanup.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const { root, owner } = await servedRoot(folder, options.root);
  const ports = await reservePortBlock();
  cleanup.defer(() => ports.release());
  const certificate = options.certificate ?? (await newCertificate());
  const password = randomBytes(12).toString('hex');

  const arranged = await program.arrange({
    folder,
    root,
    owner,
    ports,
    user,
    password,
    passwordHash: passwordHash(password),
    security,
    chainPem: certificate.chain,
    keyPem: certificate.keyPem,
    clientAuthorityPem: options.requireClientCertificate,
    maxConnections: options.maxConnections,
    minVersion: options.minVersion ?? 'TLSv1.2',
    maxVersion: options.maxVersion ?? 'TLSv1.3',
    settings: options.settings ?? [],
  });
  const zone = options.timeZone === undefined ? {} : { TZ: options.timeZone };
  const launch = { ...arranged, environment: { ...arranged.environment, ...zone } };
  const contained = await startContained(launch, join(folder, 'output.log'));
  cleanup.defer(() => contained.kill());
  await awaitGreeting({
    host,
    port: ports.control,
    security,
    async check() {
      if (!contained.isRunning())
        throw new Error(`${program.name} ended at once: ${await contained.output()}`);
    },
  });
  // vsftpd counts the probe until its process is reaped: a server with a low limit would still be full.
  if (options.maxConnections !== undefined) await pause(500);
  const version = await program.version(await requiredPath(program.name, program.parts[0]));

  const running = cleanup.move();
  const close = () => running.disposeAsync();
  return {
    name: program.name,
    version,
    host,
    port: ports.control,
    security,
    authorityPem: certificate.chain.slice(certificate.certificatePem.length),
    user,
    password,
    root,
    owner,
    sessionReuse: program.sessionReuse,
    pid: contained.pid,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ftps-sync-server-'));
  // The served user must be able to pass through it; secret files in it have their own modes.
  await chmod(folder, 0o755);
  return folder;
}

async function newCertificate(): Promise<IssuedCertificate> {
  const authority = await createAuthority('ftps-sync test servers');
  return authority.issue({ names: ['localhost', host] });
}

async function servedRoot(
  folder: string,
  given: string | undefined,
): Promise<{ root: string; owner: Owner }> {
  if (given === undefined) {
    const root = join(folder, 'root');
    await mkdir(root);
    await chown(root, servedOwner.uid, servedOwner.gid);
    return { root, owner: servedOwner };
  }
  const root = await realpath(given);
  // The servers' configuration files cannot express these.
  if (/[:"\n]/.test(root))
    throw new Error(`${root} cannot be served: its path has a colon, a quote or a line break.`);
  const { uid, gid } = await stat(root);
  const owner = uid === 0 ? servedOwner : { uid, gid };
  await assertPassable(root, owner);
  return { root, owner };
}

async function assertPassable(root: string, { uid, gid }: Owner): Promise<void> {
  const asOwner = ['--reuid', `${uid}`, '--regid', `${gid}`, '--clear-groups'];
  try {
    await promisify(execFile)('setpriv', [...asOwner, 'test', '-x', root]);
  } catch (cause) {
    throw new Error(
      `${root} cannot be served: user ${uid} may not enter it. Give it, and every folder above it, the right x for others, or serve a folder under ${tmpdir()}.`,
      { cause },
    );
  }
}
