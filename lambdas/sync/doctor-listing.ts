import { type Judgement, judged, type Setting } from './doctor-finding.ts';
import { type ExaminedFlow, type ExaminedPartner, namesOf, pullsOf } from './examined-partner.ts';
import type { ListingFault, RefusedName } from './listing.ts';
import type { RemoteFile } from './remote-file.ts';
import type { ServerZone } from './server-zone.ts';

/** What the listing of one flow's directory came to. */
export interface ListingFacts {
  /** MLSD, or one of the forms of LIST. */
  readonly style: string;
  readonly files: number;
  readonly subdirectories: number;
  readonly links: number;
  readonly faults: readonly ListingFault[];
}

export function judgeListing(facts: ListingFacts, flow: ExaminedFlow): Judgement {
  const { style, files, subdirectories, links, faults } = facts;
  const linksText = links === 0 ? '' : `, ${links} links or special files, which are left out`;
  const found = `${style} of ${flow.remote}: ${files} files, ${subdirectories} directories${linksText}`;
  const [fault] = faults;
  if (fault !== undefined) return faultyListing({ found, fault, count: faults.length, flow });
  if (style === 'MLSD') {
    return judged('ok', {
      found,
      flow: flow.name,
      means: 'Names, sizes and times are exact, and the times are UTC.',
    });
  }
  return judged('note', {
    found,
    flow: flow.name,
    means:
      'Every line was understood. Dates have no zone and no seconds, and no year where they are of the last months: a file that changes twice within a minute at the same size looks unchanged.',
    advice:
      flow.direction === 'pull' ? 'The server does not offer MLSD; ask for it, or live with it.' : undefined,
  });
}

interface FaultyListing {
  readonly found: string;
  readonly fault: ListingFault;
  readonly count: number;
  readonly flow: ExaminedFlow;
}

function faultyListing({ found, fault, count, flow }: FaultyListing): Judgement {
  const more = count > 1 ? ` and ${count - 1} more` : '';
  return judged(flow.direction === 'pull' ? 'problem' : 'note', {
    found: `${found}; not complete: ${faultText(fault)}${more}`,
    flow: flow.name,
    means:
      flow.direction === 'pull'
        ? 'A directory that is not listed whole counts as incomplete: what was understood is taken, and the run ends as incomplete.'
        : 'A push does not need the listing.',
    advice:
      fault.kind === 'truncated-by-server' || fault.kind === 'too-many-entries'
        ? 'Ask the partner to keep fewer files in one directory, or to raise the limit of its server.'
        : 'Ask the partner for MLSD; its listing is in a format that nobody here knows.',
  });
}

function faultText(fault: ListingFault): string {
  switch (fault.kind) {
    case 'line-not-understood':
      return `a line was not understood: ${fault.line}`;
    case 'cut-short':
    case 'failed':
      return fault.detail;
    case 'truncated-by-server':
      return fault.reply;
    case 'too-many-entries':
      return `more than ${fault.limit} entries`;
    case 'too-deep':
      return `deeper than ${fault.limit}`;
    case 'denied':
      return fault.detail;
  }
  return fault satisfies never;
}

export interface NoListing {
  /** What the server said. */
  readonly answer: string;
  /** It is not there, which a push does not mind. */
  readonly isMissing: boolean;
}

/** A directory that could not be entered or listed. */
export function judgeNoListing(flow: ExaminedFlow, { answer, isMissing }: NoListing): Judgement {
  if (flow.direction === 'push') {
    return judged('note', {
      found: `${flow.remote}: ${answer}`,
      flow: flow.name,
      means: isMissing
        ? 'A push makes the directory when it needs it, if the user may.'
        : 'A push does not need the listing, as long as it may write there.',
      advice: 'Look with --write and a directory of this flow.',
    });
  }
  return judged('problem', {
    found: `${flow.remote}: ${answer}`,
    flow: flow.name,
    means: 'Each run of this flow fails.',
    advice: `Set remote of the flow to the directory as this user sees it, or ask the partner to allow it.`,
  });
}

export interface ZoneFacts {
  readonly style: string;
  /** Found by comparing MDTM with the listing. */
  readonly measured: ServerZone;
  /** How many files of the listing there were to compare. */
  readonly files: number;
}

export function judgeZone({ style, measured, files }: ZoneFacts, partner: ExaminedPartner): Judgement {
  const { timeZone } = partner.connection;
  const waiting = pullsOf(partner).filter(({ settled }) => !/^0+\D$/.test(settled.minAge));
  if (timeZone !== 'auto') {
    return judged('ok', {
      found: `connection.timeZone is ${timeZone}${measured.kind === 'offset' ? `; MDTM against the listing says ${offsetText(measured.minutes)}` : ''}`,
      means: 'Dates of LIST are read in the zone that is set.',
    });
  }
  if (style === 'MLSD') {
    return judged('ok', {
      found: 'MLSD writes UTC',
      means: 'No zone is needed; connection.timeZone stays auto.',
    });
  }
  if (measured.kind === 'offset') {
    return judged('ok', {
      found: `LIST is ${offsetText(measured.minutes)} (MDTM against the listing of ${files} files)`,
      means:
        'auto finds this anew in each run. A server whose MDTM is local time too looks like UTC here: compare with the clock of the partner.',
    });
  }
  const means =
    waiting.length === 0
      ? 'No flow asks for the age of a file, so that nothing follows from it.'
      : `${namesOf(waiting)} cannot tell a file's age by its date: settled.minAge counts from the first run that saw the file so.`;
  const setting: Setting = {
    path: ['connection', 'timeZone'],
    value: 'Europe/Rome',
    why: "write the partner's zone instead",
  };
  return judged('note', {
    found:
      files === 0
        ? 'unknown: no file with a date was listed'
        : `unknown: MDTM tells nothing of ${files} files, or not the same`,
    means,
    advice:
      waiting.length === 0
        ? undefined
        : files === 0
          ? 'Ask again when there are files, or set connection.timeZone to the zone of the server.'
          : 'Set connection.timeZone to the zone of the server.',
    settings: waiting.length > 0 && files > 0 ? [setting] : [],
  });
}

function offsetText(minutes: number): string {
  if (minutes === 0) return 'UTC';
  const sign = minutes < 0 ? '-' : '+';
  const size = Math.abs(minutes);
  return `UTC${sign}${Math.floor(size / 60)}:${String(size % 60).padStart(2, '0')}`;
}

export interface NamesFacts {
  /** FEAT names UTF8. */
  readonly isUtf8Offered: boolean;
  /** Names of all listings. */
  readonly names: number;
  readonly refused: readonly RefusedName[];
}

export function judgeNames(
  { isUtf8Offered, names, refused }: NamesFacts,
  partner: ExaminedPartner,
): Judgement {
  const { encoding } = partner.connection;
  const notText = refused.filter(({ fault }) => fault === 'not-text');
  const offer = isUtf8Offered ? 'the server offers UTF8' : 'the server does not name UTF8 in FEAT';
  const [example] = notText;
  if (example !== undefined) {
    return judged('problem', {
      found: `${notText.length} names are no text in ${encoding === 'auto' ? 'UTF-8' : encoding}: ${example.shownName}; ${offer}`,
      means: 'Files of such names are refused and reported, and not taken.',
      advice:
        'Ask the partner in which encoding its names are: windows-1252 and iso-8859-1 in the west of Europe, cp850 of old DOS machines.',
      settings: [{ path: ['connection', 'encoding'], value: 'windows-1252', why: "or the partner's own" }],
    });
  }
  const [unusable] = refused;
  if (unusable !== undefined) {
    return judged('note', {
      found: `${refused.length} names cannot be taken: ${unusable.shownName} (${unusable.fault}); ${offer}`,
      means: 'These files are refused and reported, and not taken.',
      advice: 'Ask the partner to rename them.',
    });
  }
  return judged(isUtf8Offered || encoding !== 'auto' || names > 0 ? 'ok' : 'note', {
    found: `${names} names read; ${offer}`,
    means:
      encoding === 'auto'
        ? 'Names are read and written as UTF-8.'
        : `Names are read and written as ${encoding}, as the partner file says.`,
  });
}

/** Those of a listing that say a time without a zone: what a zone can be found by. */
export function undatedOf(files: readonly RemoteFile[]): readonly RemoteFile[] {
  return files.filter(({ modified }) => modified?.clock === 'server' && modified.precision !== 'day');
}
