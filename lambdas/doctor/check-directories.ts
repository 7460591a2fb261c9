import type { ExaminedFlow } from '../core/doctor/examined-partner.ts';
import type { Finding } from '../core/doctor/finding.ts';
import { evaluateListing, evaluateNames, evaluateNoListing } from '../core/doctor/listing.ts';
import type { ListingFacts } from '../core/doctor/listing-facts.ts';
import { evaluateZone } from '../core/doctor/time-zone.ts';
import type { ListingLine, RefusedName } from '../core/listing/listing.ts';
import type { RemoteFile } from '../core/listing/remote-file.ts';
import { configuredZone, isInFuture, type ServerZone, unmeasuredZone } from '../core/listing/server-zone.ts';
import { NewestSamples, type ZoneSample } from '../core/listing/zone-samples.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { listDirectory } from '../ftps/listing/list-directory.ts';
import { measureZone } from '../ftps/listing/measure-zone.ts';
import { MissingFacts } from '../ftps/listing/missing-facts.ts';
import type { Session } from '../ftps/session/session.ts';
import type { CheckContext } from './check-context.ts';
import { stepResult } from './findings-recorder.ts';

/** The directories of further flows are not listed: they would show nothing new. */
const maxDirectories = 20;

/** How much of the listings is kept for later checks. */
const maxFiles = 1_000;
const maxRefused = 100;

/** A longer listing is cut short: the doctor does not need all of it. */
const limits = { maxEntries: 200_000, maxSubdirectories: 10_000 };

export interface ListedFiles {
  /** MLSD, or one of the forms of LIST. */
  readonly style: string;
  /** Files of pulls only: the doctor does not read a file that no flow pulls. */
  readonly pulled: readonly RemoteFile[];
}

/** What the listings of all flows have in common, collected for later checks. */
interface Collected {
  style: string;
  names: number;
  readonly files: RemoteFile[];
  readonly pulled: RemoteFile[];
  readonly refused: RefusedName[];
}

/** Lists the directory of each flow, and checks the times and names in it. */
export async function checkDirectories(context: CheckContext): Promise<ListedFiles> {
  const { partner, recorder, sessions } = context;
  const collected: Collected = { style: 'LIST', names: 0, files: [], pulled: [], refused: [] };
  await recorder.step('listing', async () => {
    const findings: Finding[] = [];
    for (const flow of partner.flows.slice(0, maxDirectories)) {
      findings.push(await checkDirectory(flow, context, collected));
    }
    const { listing } = (await sessions.current()).behaviour;
    // An empty directory shows nothing of the server: what is known of it stays.
    return { findings, traits: listing === undefined ? {} : { listing } };
  });
  const { style, names, refused, files } = collected;
  await recorder.step('time-zone', async () => {
    const samples = new NewestSamples({ now: context.now(), isSelected: () => true });
    for (const file of files) samples.add(file);
    return stepResult(await checkZone(context, { style, files, samples: samples.newest() }));
  });
  await recorder.step('names', async () => {
    const { capabilities } = await sessions.current();
    return stepResult(evaluateNames({ offersUtf8: capabilities.utf8, names, refused }, partner));
  });
  return { style, pulled: collected.pulled };
}

interface ListedTimes {
  readonly style: string;
  readonly files: readonly RemoteFile[];
  readonly samples: readonly ZoneSample[];
}

async function checkZone(
  { partner, sessions, now }: CheckContext,
  { style, files, samples }: ListedTimes,
): Promise<Finding> {
  const options = { now: now(), minAgeMs: 0 };
  const measured =
    samples.length === 0 ? unmeasuredZone : await measureZone(await sessions.current(), samples, options);
  const zone: ServerZone = configuredZone(partner.connection) ?? measured;
  const future = files.filter((file) => isInFuture(file, zone, options.now));
  const dated = files.filter(({ modified }) => modified !== undefined).length;
  const facts = {
    ...{ style, measured, files: samples.length, dated, future, now: options.now },
    hasNoTimes: files.length > 0 && dated === 0,
  };
  return evaluateZone(facts, partner);
}

async function checkDirectory(
  flow: ExaminedFlow,
  { sessions, signal, now }: CheckContext,
  collected: Collected,
): Promise<Finding> {
  const counts = { files: 0, links: 0 };
  const files: RemoteFile[] = [];
  const onLines = (lines: readonly ListingLine[]): undefined => {
    for (const line of lines) {
      collected.names += 1;
      if (line.kind === 'skipped') counts.links += 1;
      if (line.kind === 'refused' && collected.refused.length < maxRefused) collected.refused.push(line.name);
      if (line.kind !== 'file') continue;
      counts.files += 1;
      if (files.length < maxFiles) files.push(line.file);
    }
  };
  try {
    const options = { ...limits, onLines, signal, now };
    const { errors, subdirectories, command, emptySaidBy } = await sessions.learningDataTls((session) =>
      listDirectory(session, flow.remote, options),
    );
    const session = await sessions.current();
    collected.style = command;
    const { known, missing } = await askMissingFacts(session, files, signal);
    collected.files.push(...files.slice(0, maxFiles - collected.files.length));
    if (flow.direction === 'pull') {
      collected.pulled.push(...known.slice(0, maxFiles - collected.pulled.length));
    }
    const facts: ListingFacts = {
      style: collected.style,
      offersMlsd: session.capabilities.features !== undefined && session.capabilities.mlsd,
      ...counts,
      subdirectories: subdirectories.length,
      errors,
      isEndProven: session.behaviour.listingEnd !== 'bare-fin',
      uselessMlsd: session.behaviour.uselessMlsd,
      emptySaidBy,
      missing,
    };
    return evaluateListing(facts, flow);
  } catch (error) {
    // A reply is about this directory. Any other error has ended the session.
    if (!(error instanceof FtpsError) || error.replyCode === undefined) throw error;
    const { answer, kind, replyCode } = error;
    return evaluateNoListing(flow, { answer, isMissing: kind === 'gone', isTransient: replyCode < 500 });
  }
}

/** As each run does: MDTM and SIZE for what the listing leaves out. `known` has all files. */
async function askMissingFacts(session: Session, files: readonly RemoteFile[], signal: AbortSignal) {
  const asking = new MissingFacts();
  const lacking = files.filter(MissingFacts.concern);
  for (const file of lacking) asking.add(file);
  await asking.ask(session, signal);
  const [listed, told] = [countMissing(lacking), countMissing(asking.files)];
  const missing = { ...listed, unknownTimes: told.times, unknownSizes: told.sizes };
  return { known: [...files.filter((file) => !MissingFacts.concern(file)), ...asking.files], missing };
}

function countMissing(files: readonly RemoteFile[]) {
  const times = files.filter(({ modified }) => modified === undefined).length;
  return { times, sizes: files.filter(({ sizeBytes }) => sizeBytes === undefined).length };
}
