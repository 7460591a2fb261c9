import type { Flow, PartnerFile } from '../lambdas/contract/partner-file.ts';
import { countText } from './amounts.ts';
import { CommandFault, exitCodes } from './exit-code.ts';
import type { CommonOptions } from './options.ts';
import { partnerFilesIn } from './partner-files-in.ts';

/** What a command's `[PARTNER [FLOW]]` says; undefined is all. */
export interface FlowChoice {
  readonly partner: string | undefined;
  readonly flow: string | undefined;
}

export interface ChosenFlow {
  readonly partner: PartnerFile;
  readonly flow: Flow;
}

/** The flows of the partner files that are meant. @throws CommandFault where there is none such. */
export async function chosenFlows(
  { partner: wanted, flow: wantedFlow }: FlowChoice,
  { partnersFolder, output }: Pick<CommonOptions, 'partnersFolder' | 'output'>,
): Promise<readonly ChosenFlow[]> {
  const { partners, faults } = await partnerFilesIn(partnersFolder);
  for (const { file, line, message } of faults) output.note(`left out: ${file}:${line} ${message}`);
  const flows = partners
    .filter(({ partner }) => wanted === undefined || partner === wanted)
    .flatMap((partner) => partner.flows.map((flow) => ({ partner, flow })))
    .filter(({ flow }) => wantedFlow === undefined || flow.name === wantedFlow);
  if (flows.length > 0) return flows;
  const name = [wanted, wantedFlow].filter((part) => part !== undefined).join('/');
  const what = name === '' ? 'There is no flow' : `There is no flow of ${name}`;
  const why = faults.length === 0 ? '' : ` ${countText(faults.length, 'fault')}: 'validate' shows them.`;
  throw new CommandFault(exitCodes.usage, `${what} in ${partnersFolder}.${why}`);
}
