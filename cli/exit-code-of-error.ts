import { PartnerError } from '../lambdas/partners/partner-error.ts';
import { CommandFault, type ExitCode, exitCodes } from './exit-code.ts';
import { DataFolderBusy } from './local/lock.ts';
import { LocalUsageFault } from './local/usage-fault.ts';

/** What a command that threw ends with; what nobody expected is our own fault. */
export function exitCodeOfError(error: unknown): ExitCode {
  if (error instanceof CommandFault) return error.exitCode;
  if (error instanceof DataFolderBusy) return exitCodes.busy;
  if (error instanceof LocalUsageFault || error instanceof PartnerError) return exitCodes.usage;
  return exitCodes.ourFault;
}
