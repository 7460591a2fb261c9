import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writePartners } from '../../support/partner/partner-folder.ts';
import { flowDirectory, type ReachedServer, realPartner } from '../../support/real-partner/real-partner.ts';
import { transferredSha256 } from '../../support/real-partner/run-flow.ts';
import { measuredRun } from '../measured-run.ts';
import type { Peer } from './peers.ts';

/** A way to transfer the partner's files. */
export interface Contender {
  readonly name: string;
  /** Deletes what earlier runs have transferred. */
  clear(): Promise<void>;
  /** Transfers what is missing. */
  fetch(): Promise<Fetched>;
}

export interface Fetched {
  /** Duration of the program. */
  readonly seconds: number;
  /** The part that the work itself took; undefined when the program does not report it. */
  readonly workSeconds: number | undefined;
  /**
   * SHA-256 by path at the partner: of all files in a peer's folder, or of those that our run transferred.
   */
  sha256(): Promise<ReadonlyMap<string, string>>;
}

interface Setting {
  readonly server: ReachedServer;
  readonly maxConnections: number;
  /** An empty folder for this contender. */
  readonly folder: string;
}

/** `ftps-sync run` into the local stack's S3. */
export function ourselves({ server, maxConnections, folder }: Setting): Contender {
  const partners = writePartners(folder, [realPartner(server, { maxConnections })]);
  const data = join(folder, 'data');
  return {
    name: 'ftps-sync',
    async clear() {
      // Keeps the synthesized template, which is built once for a version, not for a run.
      for (const part of ['objects', 'tables', 'logs'])
        await rm(join(data, part), { recursive: true, force: true });
    },
    async fetch() {
      const { document, commandSeconds, runSeconds } = await measuredRun({
        partner: server.name,
        ...partners,
        data,
      });
      return {
        seconds: commandSeconds,
        workSeconds: runSeconds,
        sha256: async () => transferredSha256(document),
      };
    },
  };
}

/** A peer into a folder on disk. */
export function contenderOf(peer: Peer, { server, maxConnections, folder }: Setting): Contender {
  const to = join(folder, 'files');
  return {
    name: peer.name,
    clear: () => rm(to, { recursive: true, force: true }),
    async fetch() {
      const startMs = performance.now();
      await peer.fetch(server, { to, maxConnections });
      const seconds = (performance.now() - startMs) / 1000;
      return { seconds, workSeconds: undefined, sha256: () => sha256Below(to) };
    },
  };
}

async function sha256Below(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    found.set(`${flowDirectory}/${relative(folder, file)}`, hash.digest('hex'));
  }
  return found;
}
