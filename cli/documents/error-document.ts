import { z } from 'zod';
import { PartnerError } from '../../lambdas/partners/partner-error.ts';
import { LocalUsageError } from '../../local/account/usage-error.ts';
import { DataFolderBusyError } from '../../local/lock.ts';
import { CommandError, type ExitCode, exitCodes } from '../exit-code.ts';

const reasons = {
  [exitCodes.someFilesFailed]: 'some-files-failed',
  [exitCodes.usage]: 'usage',
  [exitCodes.halted]: 'halted',
  [exitCodes.busy]: 'busy',
  [exitCodes.partnerUnreachable]: 'partner-unreachable',
  [exitCodes.remoteUnavailable]: 'remote-unavailable',
  [exitCodes.internal]: 'internal',
} as const;

/** What a command with --json prints when it ends without an answer. */
export const errorDocumentSchema = z.object({
  error: z.object({
    exitCode: z.number().int().meta({ description: 'The exit code of the command.' }),
    reason: z.enum(Object.values(reasons)).meta({ description: 'What the exit code means.' }),
    code: z.string().optional().meta({
      description: 'The error of the step or of the partner, such as secret-missing or login-refused.',
    }),
    message: z.string().meta({ description: 'What happened, to what, why, and the next command.' }),
  }),
});
export type ErrorDocument = z.infer<typeof errorDocumentSchema>;

/**
 * The exit code and the document of a command that threw. An error that no command throws on purpose is
 * `internal`.
 */
export function toEndedCommand(error: unknown): {
  readonly exitCode: Exclude<ExitCode, 0>;
  readonly document: ErrorDocument;
} {
  const exitCode = exitCodeForError(error);
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const coded = code === undefined ? {} : { code };
  return { exitCode, document: { error: { exitCode, reason: reasons[exitCode], ...coded, message } } };
}

/** The document of a command line that commander refused. */
export function usageErrorDocument(message: string): ErrorDocument {
  return { error: { exitCode: exitCodes.usage, reason: 'usage', message } };
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof CommandError) return error.code;
  return error instanceof PartnerError ? error.error : undefined;
}

function exitCodeForError(error: unknown): Exclude<ExitCode, 0> {
  if (error instanceof CommandError) return error.exitCode;
  if (error instanceof DataFolderBusyError) return exitCodes.busy;
  if (error instanceof LocalUsageError || error instanceof PartnerError) return exitCodes.usage;
  return exitCodes.internal;
}
