import { nearest } from '../../lambdas/contract/did-you-mean.ts';
import type { Flow, PartnerFile } from '../../lambdas/contract/partner-file/partner-file.ts';
import { countText } from '../../lambdas/report/amounts.ts';
import { CommandError, exitCodes } from '../exit-code.ts';
import type { Stage } from '../stage/stage.ts';
import type { CommonOptions } from './common-options.ts';
import { readPartnersOption } from './partner-folder.ts';

/** `[PARTNER [FLOW]]` of a command; undefined means all. */
export interface FlowChoice {
  readonly partner: string | undefined;
  readonly flow: string | undefined;
}

export interface ChosenFlow {
  readonly partner: PartnerFile;
  readonly flow: Flow;
}

/**
 * The flows of the partner files that were chosen. Notes each error of a partner file, whose flows are left
 * out.
 * @throws CommandError (usage) when there is no such flow.
 */
export async function chosenFlows(
  { partner: wanted, flow: wantedFlow }: FlowChoice,
  { partnersFolder, output }: Pick<CommonOptions, 'partnersFolder' | 'output'>,
): Promise<readonly ChosenFlow[]> {
  const { partners, errors } = await readPartnersOption(partnersFolder);
  for (const { file, line, message } of errors) output.note(`Ignored: ${file}:${line} ${message}`);
  const flows = partners
    .filter(({ partner }) => wanted === undefined || partner === wanted)
    .flatMap((partner) => partner.flows.map((flow) => ({ partner, flow })))
    .filter(({ flow }) => wantedFlow === undefined || flow.name === wantedFlow);
  if (flows.length > 0) return flows;
  const name = [wanted, wantedFlow].filter((part) => part !== undefined).join('/');
  const known = partners.flatMap(({ partner, flows: all }) =>
    all.map((flow) => (wantedFlow === undefined ? partner : `${partner}/${flow.name}`)),
  );
  const what = name === '' ? 'There is no flow' : `There is no flow ${name}`;
  const why =
    errors.length === 0 ? '' : ` ${countText(errors.length, 'error')} in partner files: run 'validate'.`;
  const meant = nearest(name, known);
  const help = meant === undefined ? knownText(known) : ` Did you mean ${meant}?`;
  throw new CommandError(exitCodes.usage, `${what} in ${partnersFolder}.${help}${why}`);
}

/** Some names to choose from. */
function knownText(known: readonly string[]): string {
  const names = [...new Set(known)];
  if (names.length === 0) return '';
  const more = names.length > maxShownNames ? ', ...' : '';
  return ` It has: ${names.slice(0, maxShownNames).join(', ')}${more}.`;
}

const maxShownNames = 10;

/**
 * For a command that found nothing in the ledger.
 * @throws CommandError (usage) where that is because the stage has no such partner, or the partner no such
 * flow.
 */
export async function refuseUnknownFlow(
  stage: Pick<Stage, 'readAllPartners'>,
  { partner: wanted, flow: wantedFlow }: FlowChoice,
): Promise<void> {
  if (wanted === undefined) return;
  const { partners, unreadable } = await stage.readAllPartners();
  if (unreadable.some(({ partner }) => partner === wanted)) return;
  const partner = partners.find((each) => each.partner === wanted);
  if (partner === undefined) {
    const known = knownText(partners.map((each) => each.partner));
    throw new CommandError(exitCodes.usage, `This stage has no partner '${wanted}'.${known}`);
  }
  const flows = partner.flows.map(({ name }) => name);
  if (wantedFlow === undefined || flows.some((name) => name === wantedFlow)) return;
  throw new CommandError(
    exitCodes.usage,
    `Partner '${wanted}' has no flow '${wantedFlow}'.${knownText(flows)}`,
  );
}
