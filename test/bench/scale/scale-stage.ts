import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../../testing/certificates.ts';
import { type FtpsServer, startFtpsServer } from '../../../testing/ftps-server/server.ts';
import { MemoryTree } from '../../../testing/ftps-server/tree/memory-tree.ts';
import { writePartners } from '../../support/partner/partner-folder.ts';
import {
  type FlowSettings,
  type PartnerSetup,
  partnerAt,
  testPassword,
  testUser,
} from '../../support/partner/test-partner.ts';
import { openTestStage, type TestStage, type TestStageOptions } from '../../support/stage/test-stage.ts';

export const mebibyte = 1024 * 1024;

/**
 * A quarter of the maximum of 256 KiB.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const maxPayloadBytes = 64 * 1024;

/** Maximum resident memory of plan-run and the workers. */
export const maxFunctionBytes = 512 * mebibyte;

/** Opens a stage with these partners in a temporary folder. */
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

/** A partner with one flow, `files`, whose server counts reads. */
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

/** Collects failed checks. The program exits with 1 if there is one. */
export class Checks {
  readonly #failures: string[] = [];

  expect(what: string, holds: boolean): void {
    if (!holds) this.#failures.push(what);
  }

  end(successMessage: string): void {
    for (const error of this.#failures) process.stdout.write(`FAILED: ${error}\n`);
    if (this.#failures.length === 0) process.stdout.write(`${successMessage}\n`);
    process.exitCode = this.#failures.length === 0 ? 0 : 1;
  }
}

export function mib(bytes: number): string {
  return (bytes / mebibyte).toFixed(0);
}
