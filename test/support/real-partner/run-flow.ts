import { z } from 'zod';
import { reportedFileSchema, runReportSchema } from '../../../lambdas/contract/documents/run-report.ts';
import { startCli } from '../cli/run-cli.ts';
import type { PartnerFolder } from '../partner/partner-folder.ts';
import { realFlowName } from './real-partner.ts';

const runDocumentSchema = runReportSchema.extend({ files: z.array(reportedFileSchema) });

/** The document that `run --json` prints. */
export type RunDocument = z.infer<typeof runDocumentSchema>;

export interface RunPlace extends PartnerFolder {
  readonly partner: string;
  /** The data folder of the local stack. */
  readonly data: string;
}

/**
 * Runs `ftps-sync run` in its own process.
 * @param onStart is called with the id of the process.
 * @throws Error with the output of the command when it exits with anything but 0.
 */
export async function runFlow(
  { partner, partners, secrets, data }: RunPlace,
  { onStart }: { readonly onStart?: (pid: number) => void } = {},
): Promise<RunDocument> {
  const places = ['--partners', partners, '--secrets', secrets, '--data', data];
  const command = startCli(['run', partner, realFlowName, ...places, '--json', '--limit', '1000000']);
  if (command.child.pid !== undefined) onStart?.(command.child.pid);
  const { exitCode, stdout, stderr } = await command.ended;
  if (exitCode !== 0) throw new Error(`ftps-sync run exited with ${exitCode}: ${stdout}\n${stderr}`);
  return runDocumentSchema.parse(JSON.parse(stdout));
}

/** The SHA-256 of the transferred files, by path at the partner. */
export function transferredSha256({ files }: RunDocument): ReadonlyMap<string, string> {
  const moved = files.filter(({ outcome }) => outcome === 'transferred');
  return new Map(moved.map(({ path, sha256 = '' }) => [path, sha256]));
}
