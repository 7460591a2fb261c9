import { readPartnerFiles } from '../../../infra/partner-files/read-partner-files.ts';
import type { PartnerFiles } from '../../../lambdas/contract/partner-file/parse-partner-files.ts';
import { shownText } from '../../../lambdas/core/path/printable-text.ts';
import { countText } from '../../../lambdas/report/amounts.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { readPartnersOption } from '../../args/partner-folder.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';

export const command: CommandDefinition = {
  usage: 'validate [files...]',
  summary: 'check partner files and list every error',
  description:
    'Check partner files and list every error with file, line, key and fix. ' +
    'Without files, checks all files of the --partners folder.',
  options: commonOptions,
  action: (invocation) => validate(invocation.args, invocation.commonOptions()),
};

/** Prints each error as `file:line:column key message`. */
async function validate(files: readonly string[], options: CommonOptions): Promise<ExitCode> {
  const { partners, errors } = await read(files, options.partnersFolder);
  const flows = partners.reduce((sum, partner) => sum + partner.flows.length, 0);
  options.output.json({
    valid: errors.length === 0,
    partners: partners.map(({ partner }) => partner),
    flows,
    errors,
  });
  for (const { file, line, column, key, message } of errors) {
    options.output.text(`${shownText(`${file}:${line}:${column} ${key} ${message}`)}\n`);
  }
  if (errors.length > 0) {
    options.output.text(`${countText(errors.length, 'error')}. docs/partners.md explains every setting.\n`);
    return exitCodes.usage;
  }
  options.output.text(`${countText(partners.length, 'partner')}, ${countText(flows, 'flow')}: no errors.\n`);
  return exitCodes.done;
}

/** A folder without a partner file is an error too: it is more often mistyped than meant. */
async function read(files: readonly string[], folder: string): Promise<PartnerFiles> {
  if (files.length > 0) return readPartnerFiles(files);
  const found = await readPartnersOption(folder);
  if (found.partners.length + found.errors.length > 0) return found;
  const message =
    'has no partner file (*.yaml); docs/partners.md has an example. --partners names another folder';
  return { partners: [], errors: [{ file: folder, line: 1, column: 1, key: '', message }] };
}
