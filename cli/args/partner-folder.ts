import { readPartnerFolder } from '../../infra/partner-files/read-partner-files.ts';
import type { PartnerFiles } from '../../lambdas/contract/partner-file/parse-partner-files.ts';
import { CommandError, exitCodes } from '../exit-code.ts';

/**
 * Reads the partner files of the folder that `--partners` names.
 * @throws CommandError (usage) when there is no such folder.
 */
export async function readPartnersOption(folder: string): Promise<PartnerFiles> {
  return readPartnerFolder(folder).catch((cause: unknown) => {
    throw new CommandError(exitCodes.usage, cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  });
}
