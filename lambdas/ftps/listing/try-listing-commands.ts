import { saysDirectoryIsEmpty } from '../../core/listing/empty-directory-texts.ts';
import { isComplete } from '../../core/listing/listing.ts';
import {
  evaluateListingAnswer,
  isUnknownListing,
  type ListingCommand,
  type ListingStep,
} from '../../core/listing/listing-answer.ts';
import { classifyReply, replyAnswer } from '../control/classify-error.ts';
import { isPositive, type Reply, replyText } from '../control/reply.ts';
import type { Received } from '../data/receive.ts';
import { FtpsError } from '../ftps-error.ts';
import { refusalAs, type Session } from '../session/session.ts';
import { type CollectedListing, collectListing, type ListRequest } from './collect-listing.ts';
import type { ListingCollector } from './listing-collector.ts';
import type { ListingType } from './listing-type.ts';

export interface CommandsRequest extends ListRequest {
  readonly type: ListingType;
}

/** Best first: MLSD is made for programs (RFC 3659, 7), and `LIST -a` also has the hidden files of vsftpd. */
const listingCommands: Readonly<Record<Session['listing'], readonly ListingCommand[]>> = {
  auto: ['MLSD', 'LIST -a', 'LIST'],
  mlsd: ['MLSD'],
  list: ['LIST -a', 'LIST'],
};

/** Some servers hang up or fall silent at MLSD; a cut by the network does not come twice in a row. */
const maxLostToMlsd = 2;

/** Counts the sessions that were lost to MLSD before it ever worked; the next try begins with LIST then. */
function noteLoss(error: unknown, command: ListingCommand, { session, options }: CommandsRequest): void {
  const { behaviour } = session;
  if (command !== 'MLSD' || behaviour.listing === 'MLSD' || options.signal?.aborted === true) return;
  if (!(error instanceof FtpsError) || !session.lost) return;
  behaviour.lostToMlsd += 1;
  behaviour.uselessMlsd = error.answer;
}

interface Answer extends CollectedListing {
  readonly command: ListingCommand;
  readonly step: ListingStep;
}

/** The answer that counts for a directory. */
export interface TriedListing {
  /** The names that are not passed on yet, and what makes the listing incomplete. */
  readonly collector: ListingCollector;
  readonly command: ListingCommand;
  /** By what else than an empty list the server said that nothing is there; undefined where it did not. */
  readonly emptySaidBy: string | undefined;
}

/**
 * Lists the current directory by the commands that the server offers, until an answer proves something, and
 * remembers which command that was.
 * @throws as `listDirectory`.
 */
export async function tryListingCommands(request: CommandsRequest): Promise<TriedListing> {
  const doubtful: Answer[] = [];
  let passive = request.passive;
  for (const command of commandsToTry(request.session)) {
    const wasUnused = doubtful.some(({ received }) => received?.isUnused === true);
    const answer = await ask(command, { ...request, passive, wasUnused });
    passive = undefined;
    if (answer.step !== 'ask-another') return settle(answer, doubtful, request);
    doubtful.push(answer);
  }
  const last = doubtful.pop();
  if (last === undefined) throw new Error('a listing must have a command');
  return settle(last, doubtful, request);
}

function commandsToTry({ behaviour, capabilities, listing }: Session): readonly ListingCommand[] {
  const commands = listingCommands[listing];
  const isOffered = capabilities.mlsd && behaviour.lostToMlsd < maxLostToMlsd;
  const best = isOffered || listing === 'mlsd' ? 'MLSD' : 'LIST -a';
  return commands.slice(Math.max(0, commands.indexOf(behaviour.listing ?? best)));
}

/** One command, with TYPE A where the server wants that. The result is never `ask-in-ascii`. */
async function ask(command: ListingCommand, request: CommandsRequest): Promise<Answer> {
  const first = await evaluate(command, request);
  if (first.step !== 'ask-in-ascii') return first;
  if (!(await request.type.useAscii())) return withoutAscii(first);
  const second = await evaluate(command, { ...request, passive: undefined });
  if (second.received !== undefined && isPositive(second.received.reply)) {
    request.session.behaviour.listsInAscii = true;
  }
  return withoutAscii(second);
}

function withoutAscii(answer: Answer): Answer {
  if (answer.step !== 'ask-in-ascii') return answer;
  return { ...answer, step: answer.command === 'LIST' ? 'refuse' : 'ask-another' };
}

async function evaluate(command: ListingCommand, request: CommandsRequest): Promise<Answer> {
  const collected = await collectListing(command, request).catch((error: unknown) => {
    noteLoss(error, command, request);
    throw error;
  });
  const { collector, received, showsItself } = collected;
  if (received === undefined) return { ...collected, command, step: 'take' };
  const { errors } = collector.verdict();
  const step = evaluateListingAnswer({
    command,
    code: received.reply.code,
    text: replyText(received.reply),
    entries: collector.entries,
    showsItself,
    hasUnknownLines: errors.some(({ kind }) => kind === 'line-not-understood'),
    isCut: errors.some(({ kind }) => kind !== 'line-not-understood'),
    isKnownToWork: request.session.behaviour.listing === command,
  });
  return { ...collected, command, step };
}

/**
 * The listing of a directory after all answers. Answers that prove nothing stand where the last one is no
 * better: lines of MLSD that are not understood stay an error until LIST shows entries.
 */
function settle(
  last: Answer,
  doubtful: readonly Answer[],
  { session, directory }: CommandsRequest,
): TriedListing {
  const { received, collector, step } = last;
  const lines = doubtful.find((each) => each.command === 'MLSD' && each.collector.lines > 0);
  const showsNothing = collector.entries === 0 && isComplete(collector.verdict());
  if (showsNothing && lines !== undefined) return toTried(lines);
  if (received !== undefined && !isPositive(received.reply) && step !== 'empty') {
    const empty = doubtful.find(isAnswered);
    if (!isUnknownListing(received.reply.code)) throw listingRefusal(directory, received.reply);
    if (empty !== undefined) return toTried(empty);
    const refused = doubtful.find((each) => each.received && !isUnknownListing(each.received.reply.code));
    throw listingRefusal(directory, refused?.received?.reply ?? received.reply);
  }
  learn(last, doubtful, session);
  const mlsd = doubtful.find((each) => each.command === 'MLSD' && isAnswered(each));
  return toTried(showsNothing && mlsd !== undefined ? { ...last, command: 'MLSD' } : last);
}

function isAnswered({ received }: Answer): boolean {
  return received !== undefined && isPositive(received.reply);
}

function toTried({ collector, command, received }: Answer): TriedListing {
  return { collector, command, emptySaidBy: received && emptySaidBy(received, collector) };
}

function emptySaidBy({ reply, isUnused, dataError }: Received, { lines }: ListingCollector) {
  if (lines > 0) return undefined;
  if (saysDirectoryIsEmpty(replyText(reply))) return replyAnswer(reply);
  return isUnused ? dataError?.answer : undefined;
}

/** What was useful is the first command for the next directory. */
function learn(last: Answer, doubtful: readonly Answer[], { behaviour }: Session): void {
  const hasShownLess = !doubtful.some(isAnswered);
  if (last.collector.entries === 0 && !(last.showsItself && hasShownLess)) return;
  // The network may have cut MLSD, whose times LIST lacks: the next directory begins with it again.
  if (behaviour.lostToMlsd >= maxLostToMlsd) {
    behaviour.lostToMlsd = 0;
    return;
  }
  behaviour.listing = last.command;
  const [mlsd] = doubtful.filter(({ command }) => command === 'MLSD');
  if (mlsd !== undefined) behaviour.uselessMlsd = uselessMlsdText(mlsd);
  if (last.command !== 'MLSD') return;
  behaviour.uselessMlsd = undefined;
  behaviour.lostToMlsd = 0;
}

function uselessMlsdText({ received, collector }: Answer): string {
  if (received !== undefined && !isPositive(received.reply)) return replyAnswer(received.reply);
  return collector.lines > 0 ? 'its lines are not those of MLSD' : 'it shows nothing, where LIST shows files';
}

/** 501 is about a parameter, and a listing sends no name. */
function listingRefusal(path: ListRequest['directory'], reply: Reply): FtpsError {
  const kind = classifyReply(reply);
  return refusalAs(kind === 'name-refused' ? 'refused' : kind, { attempt: 'listing', path, reply });
}
