import { type PartnerFiles, readTheseFiles } from '../../lambdas/contract/read-partner-file.ts';
import { countText } from '../amounts.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import type { CommonOptions } from '../options.ts';
import { partnerFilesIn } from '../partner-files-in.ts';
import { shownText } from '../text-table.ts';

/** `validate [FILE...]`: every fault of every partner file at once, as `file:line:column key message`. */
export async function validate(files: readonly string[], options: CommonOptions): Promise<ExitCode> {
  const { partners, faults } = await read(files, options.partnersFolder);
  const flows = partners.reduce((sum, partner) => sum + partner.flows.length, 0);
  options.output.json({
    valid: faults.length === 0,
    partners: partners.map(({ partner }) => partner),
    flows,
    faults,
  });
  for (const { file, line, column, key, message } of faults) {
    options.output.text(`${shownText(`${file}:${line}:${column} ${key} ${message}`)}\n`);
  }
  if (faults.length > 0) {
    options.output.text(`${countText(faults.length, 'fault')}. docs/partners.md explains every setting.\n`);
    return exitCodes.usage;
  }
  options.output.text(`${countText(partners.length, 'partner')}, ${countText(flows, 'flow')}: no faults.\n`);
  return exitCodes.done;
}

function read(files: readonly string[], folder: string): Promise<PartnerFiles> {
  return files.length === 0 ? partnerFilesIn(folder) : readTheseFiles(files);
}
