import { type ListingError, listingErrorText, type RefusedName } from '../listing/listing.ts';
import type { ExaminedFlow, ExaminedPartner } from './examined-partner.ts';
import { type Finding, finding } from './finding.ts';
import { type ListingFacts, listAdvice, mlsdMeans, unknownFacts, unusualTexts } from './listing-facts.ts';

export function evaluateListing(facts: ListingFacts, flow: ExaminedFlow): Finding {
  const { style, files, subdirectories, links, errors } = facts;
  const linksText = links === 0 ? '' : `, ${links} links or special files, which are skipped`;
  const listed = `${style} of ${flow.remote}: ${files} files, ${subdirectories} directories${linksText}`;
  const found = [listed, ...unusualTexts(facts)].join('; ');
  const [error] = errors;
  if (error !== undefined) return incompleteListing({ found, error, count: errors.length, flow, facts });
  const twice = facts.isEndProven
    ? ''
    : ' The server ends data connections without TLS close_notify, so each directory is listed twice.';
  const { missing } = facts;
  if (missing !== undefined && missing.unknownSizes + missing.unknownTimes > 0) {
    return unknownFacts({ found, missing, flow });
  }
  if (style === 'MLSD') {
    return finding('ok', { found, flow: flow.name, means: `${mlsdMeans(missing)}${twice}` });
  }
  return finding('warning', {
    found,
    flow: flow.name,
    means: `Every line was parsed. LIST shows no time zone, no seconds, and for recent files no year: a file that changes twice within a minute without changing its size looks unchanged.${twice}`,
    ...listAdvice(facts, flow),
  });
}

interface IncompleteListing {
  readonly found: string;
  readonly error: ListingError;
  readonly count: number;
  readonly flow: ExaminedFlow;
  readonly facts: ListingFacts;
}

function incompleteListing({ found, error, count, flow, facts }: IncompleteListing): Finding {
  const more = count > 1 ? ` and ${count - 1} more` : '';
  const isPull = flow.direction === 'pull';
  return finding(isPull ? 'error' : 'warning', {
    found: `${found}; incomplete: ${listingErrorText(error)}${more}`,
    flow: flow.name,
    means: isPull
      ? 'The files that were parsed are transferred, and each run ends as incomplete.'
      : 'A push does not need the listing.',
    advice: incompleteAdvice(error, facts),
  });
}

function incompleteAdvice({ kind }: ListingError, { style, offersMlsd }: ListingFacts): string {
  switch (kind) {
    case 'truncated-by-server':
    case 'too-many-entries':
      return 'Ask the partner to keep fewer files in one directory, or to raise the limit of its server.';
    case 'cut-short':
      return 'Run the doctor again. If it happens again, ask the partner why its data connections end early.';
    case 'denied':
      return 'Ask the partner for access to the directory.';
    case 'too-deep':
      return 'Set flows[].exclude to a pattern for the directory that contains itself.';
    case 'failed':
      return 'Run the doctor again. If it happens again, ask the partner why this directory cannot be listed.';
    case 'line-not-understood':
      if (style === 'MLSD') {
        return 'Show the partner this line: it is not an entry of MLSD (RFC 3659, 7.2). docs/servers.md has the forms that are read.';
      }
      return `Show the partner this line. A line that can be read in two ways is never taken; docs/servers.md has the formats that are read.${
        offersMlsd ? '' : ' A server with MLSD leaves nothing to guess.'
      }`;
  }
  return kind satisfies never;
}

export interface NoListing {
  /** The server's reply. */
  readonly answer: string;
  /** Whether the directory does not exist, which a push tolerates. */
  readonly isMissing: boolean;
  /** A reply of 400 to 499: the same may succeed later (RFC 959, 4.2.1). */
  readonly isTransient: boolean;
}

/** For a directory that could not be entered or listed. */
export function evaluateNoListing(
  flow: ExaminedFlow,
  { answer, isMissing, isTransient }: NoListing,
): Finding {
  const found = `${flow.remote}: ${answer}`;
  if (flow.direction === 'push') {
    return finding('warning', {
      found,
      flow: flow.name,
      means: isMissing
        ? 'A push creates the directory with its first file, if the user may.'
        : 'A push does not need the listing, as long as the user may write there.',
      advice: 'Run the doctor with --write and a directory of this flow.',
    });
  }
  if (isTransient) {
    return finding('error', {
      found,
      flow: flow.name,
      means: 'A run fails while the server answers this. The reply says that it may pass.',
      advice: 'Run the doctor again. If it happens again, ask the partner what the reply means.',
    });
  }
  return finding('error', {
    found,
    flow: flow.name,
    means: 'Each run of this flow fails.',
    advice: `Set flows[].remote to the directory as this user sees it, or ask the partner for access.`,
  });
}

export interface NamesFacts {
  /** FEAT names UTF8. */
  readonly offersUtf8: boolean;
  /** How many names were read, in all listings. */
  readonly names: number;
  readonly refused: readonly RefusedName[];
}

export function evaluateNames({ offersUtf8, names, refused }: NamesFacts, partner: ExaminedPartner): Finding {
  const { encoding } = partner.connection;
  const notText = refused.filter(({ error }) => error === 'invalid-encoding');
  const offer = offersUtf8 ? 'FEAT names UTF8' : 'FEAT does not name UTF8';
  const [example] = notText;
  if (example !== undefined) {
    return finding('error', {
      found: `${notText.length} names are not valid ${encoding === 'auto' ? 'UTF-8' : encoding}: ${example.shownName}; ${offer}`,
      means: 'Files with such names are refused and reported, not transferred.',
      advice:
        'Ask the partner for the encoding of its names: often windows-1252 or iso-8859-1 in Western Europe, or cp850 for old DOS systems.',
      settings: [
        { path: ['connection', 'encoding'], value: 'windows-1252', why: "or the partner's encoding" },
      ],
    });
  }
  const [unusable] = refused;
  if (unusable !== undefined) {
    return finding('warning', {
      found: `${refused.length} names cannot be used: ${unusable.shownName} (${unusable.error}); ${offer}`,
      means: 'These files are refused and reported, not transferred.',
      advice: 'Ask the partner to rename them.',
    });
  }
  return finding(offersUtf8 || encoding !== 'auto' || names > 0 ? 'ok' : 'warning', {
    found: `${names} names read; ${offer}`,
    means:
      encoding === 'auto'
        ? 'Names are read and written as UTF-8.'
        : `Names are read and written as ${encoding} (connection.encoding).`,
  });
}
