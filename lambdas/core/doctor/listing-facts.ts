import type { ListingError } from '../listing/listing.ts';
import type { ExaminedFlow } from './examined-partner.ts';
import { type Finding, finding, type Setting } from './finding.ts';

/** The result of listing one flow's directory. */
export interface ListingFacts {
  /** MLSD, or one of the forms of LIST. */
  readonly style: string;
  /** FEAT names MLSD: then the partner need not be asked for it. */
  readonly offersMlsd: boolean;
  readonly files: number;
  readonly subdirectories: number;
  readonly links: number;
  readonly errors: readonly ListingError[];
  /** The server ended the data with TLS close_notify. */
  readonly isEndProven: boolean;
  /** What MLSD answered where LIST showed more, so that LIST is used. */
  readonly uselessMlsd?: string | undefined;
  /** By what else than an empty list the server said that nothing is there. */
  readonly emptySaidBy?: string | undefined;
  /** Of the listed files; undefined: all have both. */
  readonly missing?: MissingFactsFound | undefined;
}

/** How many files have no time and no size in the listing, and how many also not by MDTM and SIZE. */
export interface MissingFactsFound {
  readonly times: number;
  readonly sizes: number;
  readonly unknownTimes: number;
  readonly unknownSizes: number;
}

/** What is unusual about how the server lists, and what its lines leave out. */
export function unusualTexts({
  style,
  offersMlsd,
  uselessMlsd,
  emptySaidBy,
  missing,
}: ListingFacts): string[] {
  const { times = 0, sizes = 0, unknownTimes = 0, unknownSizes = 0 } = missing ?? {};
  const lack = (count: number, fact: string, command: string, unknown: number) =>
    `${count} without a ${fact}, which ${command} ${unknown > 0 ? 'does not tell either' : 'tells'}`;
  return [
    ...(emptySaidBy === undefined ? [] : [emptySaidBy]),
    ...(offersMlsd && style !== 'MLSD' && uselessMlsd !== undefined
      ? [`MLSD is offered, but ${uselessMlsd}; LIST is used`]
      : []),
    ...(times > 0 ? [lack(times, 'time', 'MDTM', unknownTimes)] : []),
    ...(sizes > 0 ? [lack(sizes, 'size', 'SIZE', unknownSizes)] : []),
  ];
}

/** What a listing by MLSD is worth, by the facts that came. */
export function mlsdMeans(missing: MissingFactsFound | undefined): string {
  if (missing === undefined || missing.times + missing.sizes === 0) {
    return 'Names and sizes are exact, and times are read as UTC.';
  }
  const asked = [...(missing.times > 0 ? ['MDTM'] : []), ...(missing.sizes > 0 ? ['SIZE'] : [])].join(
    ' and ',
  );
  return `Names are exact. Each run asks ${asked} for what the listing leaves out, which takes longer.`;
}

/** What helps where LIST is used. MLSD is not asked for where it is offered. */
export function listAdvice(
  { offersMlsd, uselessMlsd }: ListingFacts,
  { direction }: ExaminedFlow,
): { readonly advice?: string; readonly settings?: readonly Setting[] } {
  if (direction !== 'pull') return {};
  if (!offersMlsd) return { advice: 'If this matters, ask the partner for a server with MLSD.' };
  if (uselessMlsd === undefined) return {};
  return {
    advice:
      'Tell the partner that its MLSD does not work. Without the setting, each invocation tries it first.',
    settings: [{ path: ['connection', 'listing'], value: 'list', why: 'MLSD does not work on this server' }],
  };
}

interface UnknownFactsFound {
  readonly found: string;
  readonly missing: MissingFactsFound;
  readonly flow: ExaminedFlow;
}

/** Neither the listing nor MDTM and SIZE tell what a version is compared by. */
export function unknownFacts({
  found,
  missing: { unknownTimes, unknownSizes },
  flow,
}: UnknownFactsFound): Finding {
  if (flow.direction === 'push') {
    return finding('warning', { found, flow: flow.name, means: 'A push does not need the listing.' });
  }
  const changes = unknownTimes > 0 ? ['A change at the same size is not seen.'] : [];
  if (unknownSizes === 0) {
    return finding('warning', {
      found,
      flow: flow.name,
      means: changes.join(' '),
      advice: 'Ask the partner to enable MDTM, or to let MLSD show `modify`.',
    });
  }
  return finding('error', {
    found,
    flow: flow.name,
    means: ['Each file without a size fails: nothing can prove that all of it came.', ...changes].join(' '),
    advice: 'Ask the partner to enable SIZE, or to let MLSD show `size`.',
  });
}
