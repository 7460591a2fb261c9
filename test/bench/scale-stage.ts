import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../support/certificates.ts';
import { MemoryTree } from '../support/ftps-server/memory-tree.ts';
import { type FtpsServer, startFtpsServer } from '../support/ftps-server/server.ts';
import { writePartners } from '../support/stage/partner-folder.ts';
import {
  type FlowSettings,
  type PartnerSetup,
  partnerAt,
  testPassword,
  testUser,
} from '../support/stage/test-partner.ts';
import { openTestStage, type TestStage, type TestStageOptions } from '../support/stage/test-stage.ts';

export const mebibyte = 1024 * 1024;

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html gives 256 KiB; ours is a quarter of it. */
export const payloadBoundBytes = 64 * 1024;

/** What planner and workers may have resident. */
export const functionBoundBytes = 512 * mebibyte;

/** Opens a stage with these partners, in a folder that goes with it. */
export async function openScaleStage(
  partners: readonly PartnerSetup[],
  options: TestStageOptions = {},
): Promise<TestStage> {
  const folder = await mkdtemp(join(tmpdir(), 'ftps-sync-scale-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const places = { ...writePartners(folder, partners), dataFolder: join(folder, 'data') };
    const stage = await openTestStage(places, options);
    const close = stage[Symbol.asyncDispose];
    return {
      ...stage,
      [Symbol.asyncDispose]: async () => {
        await close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A partner whose server counts what it is asked for, with one flow `files`. */
export interface CountingPartner extends PartnerSetup, AsyncDisposable {
  readonly server: FtpsServer;
  readonly tree: MemoryTree;
}

export async function startCountingPartner(
  connection: Readonly<Record<string, unknown>>,
  flow: FlowSettings = {},
): Promise<CountingPartner> {
  const authority = await createAuthority('ftps-sync scale');
  const certificate = await authority.issue({ names: ['127.0.0.1'] });
  const tree = new MemoryTree();
  tree.putDirectory('/files');
  const server = await startFtpsServer({ files: tree, users: { [testUser]: testPassword }, certificate });
  const tls = { ca: authority.certificatePem };
  const setup = partnerAt(server.port, 'embedded', { connection, tls, flows: { files: flow } });
  return { ...setup, server, tree, [Symbol.asyncDispose]: () => server.close() };
}

/** Collects what was promised and did not hold; ends the program with 1 where there is something. */
export class Promised {
  readonly #faults: string[] = [];

  expect(what: string, holds: boolean): void {
    if (!holds) this.#faults.push(what);
  }

  end(allHeld: string): void {
    for (const fault of this.#faults) process.stdout.write(`BROKEN: ${fault}\n`);
    if (this.#faults.length === 0) process.stdout.write(`${allHeld}\n`);
    process.exitCode = this.#faults.length === 0 ? 0 : 1;
  }
}

export function mib(bytes: number): string {
  return (bytes / mebibyte).toFixed(0);
}
