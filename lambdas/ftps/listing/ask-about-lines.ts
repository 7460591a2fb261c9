import { childPath, nameError, type RemotePath } from '../../core/path/remote-path.ts';
import { isPositive, type Reply } from '../control/reply.ts';
import { requestAll } from '../session/commands.ts';
import { parseSizeReply, requestModifiedTimes } from '../session/file-facts.ts';
import type { DateOrder } from '../session/learned-behaviour.ts';
import { type Session, wirePath } from '../session/session.ts';
import type { NameQuestion, TimeQuestion } from './agreement/agreement.ts';
import { type NameAnswer, nameByAnswers, orderByTimes } from './agreement/answers.ts';
import type { ListedEntry } from './formats/listed-entry.ts';
import type { ListingCollector } from './listing-collector.ts';

/** Enough to see the order of a server's dates, if it has MDTM. */
const maxTimesAsked = 5;

/**
 * Settles the lines that the lines of their directory leave open: MDTM tells the order of dates, and SIZE
 * which of two names exists. What the server does not tell either is reported, or the date is unknown.
 * @throws FtpsError where the session is gone meanwhile.
 */
export async function askAboutLines(
  session: Session,
  directory: RemotePath,
  collector: ListingCollector,
): Promise<void> {
  const open = collector.takeOpen();
  const undated = open.flatMap(({ question }) => (question.kind === 'ask-time' ? [question] : []));
  session.behaviour.dateOrder ??= await askForOrder(session, directory, undated);
  const named: { readonly line: string; readonly names: NameQuestion }[] = [];
  for (const { line, question } of open) {
    const decision = question.kind === 'ask-time' ? question.decideBy(session.behaviour.dateOrder) : question;
    if (decision.kind === 'ask-name') named.push({ line, names: decision.names });
    else collector.addDecided(line, decision.kind === 'entry' ? decision.entry : undefined);
  }
  const questions = named.map(({ names }) => names);
  const answers = await askForNames(session, directory, questions);
  for (const [index, { line, names }] of named.entries()) {
    collector.addDecided(line, nameByAnswers(names, answers[index] ?? []));
  }
}

async function askForOrder(
  session: Session,
  directory: RemotePath,
  questions: readonly TimeQuestion[],
): Promise<DateOrder | undefined> {
  if (session.lost) return undefined;
  const samples = questions.flatMap(({ entry, dates }) => {
    const path = pathOf(session, directory, entry);
    return path === undefined ? [] : [{ path, dates }];
  });
  const asked = samples.slice(0, maxTimesAsked);
  const times = await requestModifiedTimes(
    session,
    asked.map(({ path }) => path),
  );
  return orderByTimes(
    asked.flatMap(({ dates }, index) => {
      const mdtm = times[index];
      return mdtm === undefined ? [] : [{ dates, mdtm }];
    }),
  );
}

/** SIZE of both names of each question, or CWD for a directory. */
async function askForNames(
  session: Session,
  directory: RemotePath,
  questions: readonly NameQuestion[],
): Promise<readonly (readonly NameAnswer[])[]> {
  if (session.lost) return [];
  const commands = questions.map(({ entries }) =>
    entries.map((entry) => {
      const path = pathOf(session, directory, entry);
      return path && `${entry.kind === 'directory' ? 'CWD' : 'SIZE'} ${wirePath(session, path)}`;
    }),
  );
  const replies = await requestAll(
    session,
    commands.flat().filter((command) => command !== undefined),
  );
  let next = 0;
  return commands.map((pair) =>
    pair.map((command) => (command === undefined ? undefined : toNameAnswer(command, replies[next++]))),
  );
}

function toNameAnswer(command: string, reply: Reply | undefined): NameAnswer {
  if (reply?.code === 550) return 'absent';
  if (command.startsWith('CWD ')) return reply && isPositive(reply) ? { sizeBytes: 0 } : undefined;
  const sizeBytes = reply && parseSizeReply(reply);
  return sizeBytes === undefined ? undefined : { sizeBytes };
}

/** Undefined for a name that is refused anyway. */
function pathOf(session: Session, directory: RemotePath, entry: ListedEntry): RemotePath | undefined {
  if (entry.kind === 'ignored') return undefined;
  const name = session.codec.decode(entry.name);
  return name === undefined || nameError(name) !== undefined ? undefined : childPath(directory, name);
}
