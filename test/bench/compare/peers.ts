import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { flowDirectory, type ReachedServer } from '../../support/real-partner/real-partner.ts';

const run = promisify(execFile);

/** A common program that mirrors a directory over FTPS. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  /** Mirrors the flow's directory into the folder, with verified certificate. Keeps existing files. */
  fetch(
    server: ReachedServer,
    options: { readonly to: string; readonly maxConnections: number },
  ): Promise<void>;
}

interface FetchCall {
  readonly server: ReachedServer;
  readonly caFile: string;
  readonly to: string;
  readonly maxConnections: number;
}

interface PeerProgram {
  readonly name: string;
  readonly versionPattern: RegExp;
  readonly arguments: (call: FetchCall) => readonly string[];
  readonly environment: (call: FetchCall) => Promise<Readonly<Record<string, string>>>;
}

const lftp: PeerProgram = {
  name: 'lftp',
  versionPattern: /LFTP \| Version (\S+)/,
  arguments: ({ server, caFile, to, maxConnections }) => [
    '--norc',
    '-c',
    [
      'set cmd:fail-exit yes',
      `set ssl:ca-file ${caFile}`,
      'set ftp:ssl-force true',
      'set ftp:ssl-protect-data true',
      'set net:max-retries 2',
      'set net:timeout 20',
      `open -p ${server.port} -u ${server.user},${server.password} ftp://127.0.0.1`,
      `mirror --parallel=${maxConnections} ${flowDirectory} ${to}`,
    ].join('; '),
  ],
  environment: async () => ({}),
};

const rclone: PeerProgram = {
  name: 'rclone',
  versionPattern: /rclone (\S+)/,
  arguments: ({ to, maxConnections }) => [
    ...['copy', '--config', '/dev/null', '--ftp-explicit-tls'],
    ...[
      '--transfers',
      `${maxConnections}`,
      '--checkers',
      `${maxConnections}`,
      '--ftp-concurrency',
      `${maxConnections}`,
    ],
    // With several streams for one large file, its default, it fails on Pure-FTPd ("150 0.850 seconds
    // (measured here)").
    ...['--multi-thread-streams', '1'],
    ...['--retries', '1', '--low-level-retries', '2', `:ftp:${flowDirectory}`, to],
  ],
  environment: async ({ server, caFile }) => ({
    RCLONE_FTP_HOST: '127.0.0.1',
    RCLONE_FTP_PORT: String(server.port),
    RCLONE_FTP_USER: server.user,
    RCLONE_FTP_PASS: (await run('rclone', ['obscure', server.password])).stdout.trim(),
    // Its FTP backend ignores --ca-cert; Go reads these variables.
    SSL_CERT_FILE: caFile,
    SSL_CERT_DIR: '/nonexistent',
  }),
};

/** A peer that hangs counts as failed. */
const timeoutMs = 15 * 60_000;

/** The peers on this machine, and the names of those that are not installed. */
export async function findPeers(): Promise<{
  readonly present: readonly Peer[];
  readonly missing: readonly string[];
}> {
  const present: Peer[] = [];
  const missing: string[] = [];
  for (const program of [lftp, rclone]) {
    const version = await versionOf(program);
    if (version === undefined) missing.push(program.name);
    else present.push(peer(program, version));
  }
  return { present, missing };
}

async function versionOf({ name, versionPattern }: PeerProgram): Promise<string | undefined> {
  try {
    const { stdout } = await run(name, ['--version']);
    return versionPattern.exec(stdout)?.[1];
  } catch {
    // Not installed.
    return undefined;
  }
}

function peer(program: PeerProgram, version: string): Peer {
  return {
    name: program.name,
    version,
    async fetch(server, { to, maxConnections }) {
      const folder = await mkdtemp(join(tmpdir(), 'ftps-sync-peer-'));
      try {
        const caFile = join(folder, 'ca.pem');
        await writeFile(caFile, server.authorityPem);
        const call = { server, caFile, to, maxConnections };
        const env = { PATH: process.env.PATH, HOME: folder, ...(await program.environment(call)) };
        await run(program.name, [...program.arguments(call)], {
          env,
          timeout: timeoutMs,
          maxBuffer: 64 * 1024 * 1024,
        });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
