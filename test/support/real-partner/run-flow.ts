import { z } from 'zod';
import { reportedFileSchema, runReportSchema } from '../../../lambdas/contract/run-report.ts';
import type { PartnerFolder } from '../stage/partner-folder.ts';
import { startCli } from '../stage/run-cli.ts';
import { realFlowName } from './real-partner.ts';

const runDocumentSchema = runReportSchema.extend({ files: z.array(reportedFileSchema) });

/** The document that `run --json` prints. */
export type RunDocument = z.infer<typeof runDocumentSchema>;

export interface RunPlace extends PartnerFolder {
  readonly partner: string;
  /** What the local stack keeps between commands. */
  readonly data: string;
}

/**
 * Runs `ftps-sync run` in a process of its own, to its end; `onStart` has the process while it runs.
 * @throws Error with what the command wrote, where it ends with anything but 0.
 */
export async function runFlow(
  { partner, partners, secrets, data }: RunPlace,
  { onStart }: { readonly onStart?: (pid: number) => void } = {},
): Promise<RunDocument> {
  const places = ['--partners', partners, '--secrets', secrets, '--data', data];
  const command = startCli(['run', partner, realFlowName, ...places, '--json', '--limit', '1000000']);
  if (command.child.pid !== undefined) onStart?.(command.child.pid);
  const { exitCode, stdout, stderr } = await command.ended;
  if (exitCode !== 0) throw new Error(`ftps-sync run ended with exit code ${exitCode}: ${stdout}\n${stderr}`);
  return runDocumentSchema.parse(JSON.parse(stdout));
}

/** The SHA-256 of what moved, by path at the partner. */
export function movedSha256({ files }: RunDocument): ReadonlyMap<string, string> {
  const moved = files.filter(({ outcome }) => outcome === 'transferred');
  return new Map(moved.map(({ path, sha256 = '' }) => [path, sha256]));
}
