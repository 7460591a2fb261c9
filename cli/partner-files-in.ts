import { type PartnerFiles, readPartnerFiles } from '../lambdas/contract/read-partner-file.ts';
import { CommandFault, exitCodes } from './exit-code.ts';

/** The partner files of the folder that `--partners` names. @throws CommandFault where there is no such folder. */
export async function partnerFilesIn(folder: string): Promise<PartnerFiles> {
  return readPartnerFiles(folder).catch((cause: unknown) => {
    throw new CommandFault(exitCodes.usage, cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  });
}
