import { FtpsError } from '../ftps/ftps-error.ts';
import { listDirectory } from '../ftps/list-directory.ts';
import { measureZone } from '../ftps/server-clock.ts';
import type { Session } from '../ftps/session.ts';
import type { Judgement } from '../sync/doctor-finding.ts';
import {
  judgeListing,
  judgeNames,
  judgeNoListing,
  judgeZone,
  type ListingFacts,
  undatedOf,
} from '../sync/doctor-listing.ts';
import type { ExaminedFlow } from '../sync/examined-partner.ts';
import type { ListingLine, RefusedName } from '../sync/listing.ts';
import type { RemoteFile } from '../sync/remote-file.ts';
import { seen } from './chart.ts';
import type { Examination } from './look-at-server.ts';

/** A partner file may have more flows; of the further ones nothing else would be learnt. */
const mostDirectories = 20;

/** What is kept of a listing for the steps behind it. */
const mostFiles = 1_000;
const mostRefused = 100;

/** A listing that goes on longer is broken off: the doctor need not see all of it. */
const limits = { maxEntries: 200_000, maxSubdirectories: 10_000 };

/** What the listings of all flows have shown. */
export interface Listed {
  /** Of pulls alone: what nobody pulls is not read. */
  readonly pulled: readonly RemoteFile[];
}

interface Harvest {
  style: string;
  names: number;
  readonly files: RemoteFile[];
  readonly pulled: RemoteFile[];
  readonly refused: RefusedName[];
}

/** Lists the directory of each flow, and judges the dates and names that it finds there. */
export async function lookAtDirectories(examination: Examination): Promise<Listed> {
  const { partner, chart, sessions } = examination;
  const harvest: Harvest = { style: 'LIST', names: 0, files: [], pulled: [], refused: [] };
  await chart.step('listing', async () => {
    const judgements: Judgement[] = [];
    for (const flow of partner.flows.slice(0, mostDirectories)) {
      judgements.push(await listingOf(flow, examination, harvest));
    }
    return { judgements, traits: { listing: harvest.style } };
  });
  const { style, names, refused, files } = harvest;
  await chart.step('time-zone', async () => {
    const undated = undatedOf(files);
    const measured =
      undated.length === 0
        ? ({ kind: 'unknown' } as const)
        : await measureZone(await sessions.current(), undated);
    return seen(judgeZone({ style, measured, files: undated.length }, partner));
  });
  await chart.step('names', async () => {
    const { capabilities } = await sessions.current();
    return seen(judgeNames({ isUtf8Offered: capabilities.utf8, names, refused }, partner));
  });
  return { pulled: harvest.pulled };
}

async function listingOf(
  flow: ExaminedFlow,
  { sessions, signal, now }: Examination,
  harvest: Harvest,
): Promise<Judgement> {
  const session = await sessions.current();
  const counts = { files: 0, links: 0 };
  const onLines = (lines: readonly ListingLine[]): undefined => {
    for (const line of lines) {
      harvest.names += 1;
      if (line.kind === 'skipped') counts.links += 1;
      if (line.kind === 'refused' && harvest.refused.length < mostRefused) harvest.refused.push(line.name);
      if (line.kind !== 'file') continue;
      counts.files += 1;
      if (harvest.files.length < mostFiles) harvest.files.push(line.file);
      if (flow.direction === 'pull' && harvest.pulled.length < mostFiles) harvest.pulled.push(line.file);
    }
  };
  try {
    const verdict = await listDirectory(session, flow.remote, { ...limits, onLines, signal, now });
    harvest.style = styleOf(session);
    const { faults, subdirectories } = verdict;
    const facts: ListingFacts = {
      style: harvest.style,
      ...counts,
      subdirectories: subdirectories.length,
      faults,
    };
    return judgeListing(facts, flow);
  } catch (error) {
    // A reply is about this directory; what ends the session would meet the others too.
    if (!(error instanceof FtpsError) || error.replyCode === undefined) throw error;
    return judgeNoListing(flow, { answer: error.answer, isMissing: error.kind === 'gone' });
  }
}

function styleOf({ habits }: Session): string {
  return habits.listing ?? 'LIST';
}
