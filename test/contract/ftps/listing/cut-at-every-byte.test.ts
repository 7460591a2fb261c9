import { describe, expect, it } from 'vitest';
import { isComplete } from '../../../../lambdas/core/listing/listing.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { FtpsError } from '../../../../lambdas/ftps/ftps-error.ts';
import { listWholeDirectory } from '../../../../lambdas/ftps/listing/list-whole-directory.ts';
import type { Session } from '../../../../lambdas/ftps/session/session.ts';
import { download } from '../../../../lambdas/ftps/transfer/download.ts';
import type { FaultAction } from '../../../../testing/ftps-server/faults.ts';
import { type Belief, cutEverywhere, type Offsets } from '../cut-everywhere.ts';
import { type EmbeddedPartner, startEmbedded } from '../servers/embedded-partner.ts';
import { HashingSink, openTo, sha256 } from '../test-partner.ts';

const names = ['a', 'b'];
const content = 'three lines\nof text\nin a file\n';
/** As long as the other directories, so that replies that name it are, too. */
const wholeDirectory = '/cut-none';

const dataWays = ['fin', 'reset', 'silence'] as const;
const listing = { first: 'CWD', transfer: 'MLSD', features: {}, dataWays } as const;
const file = { first: 'SIZE', transfer: 'RETR', features: {}, dataWays } as const;
const dialogues = [
  { title: 'MLSD', ...listing },
  { title: 'MLSD without close_notify', ...listing, features: { closeNotify: false }, dataWays: ['fin'] },
  { title: 'LIST', ...listing, transfer: 'LIST', features: { mlsd: false } },
  { title: 'a file', ...file },
  { title: 'a file without SIZE and MDTM', ...file, features: { size: false, mdtm: false } },
] as const;
type Dialogue = (typeof dialogues)[number];

function isOfFile({ transfer }: Dialogue): boolean {
  return transfer === 'RETR';
}

async function believe(session: Session, dialogue: Dialogue, directory: string): Promise<Belief> {
  try {
    if (isOfFile(dialogue)) {
      const sink = new HashingSink();
      const path = parseRemotePath(`${directory}/a`);
      await download(session, { path, sizeBytes: content.length }, sink);
      return sink.sha256 === sha256(content) ? 'everything' : 'a part';
    }
    const listed = await listWholeDirectory(session, parseRemotePath(directory), { maxEntries: 100 });
    if (!isComplete(listed)) return 'error';
    const found = listed.files.map(({ path }) => path.slice(-1));
    return found.join() === names.join() ? 'everything' : 'a part';
  } catch (error) {
    if (error instanceof FtpsError) return 'error';
    throw error;
  }
}

function put({ tree }: EmbeddedPartner, directory: string): void {
  for (const name of names) tree.put(`${directory}/${name}`, { content });
}

/** How many bytes the server sends in the dialogue: replies, and on the data connection. */
async function measureDialogue(partner: EmbeddedPartner, dialogue: Dialogue) {
  put(partner, wholeDirectory);
  const received: string[] = [];
  await using session = await openTo(partner, { trace: (line) => void received.push(line) });
  received.length = 0;
  const belief = await believe(session, dialogue, wholeDirectory);
  const replyBytes = received
    .filter((line) => line.startsWith('< '))
    .reduce((sum, line) => sum + line.length - '< '.length, 0);
  const data = partner.server.transfers.find(({ command }) => command === dialogue.transfer);
  return { belief, replyBytes, dataBytes: data?.bytes ?? 0 };
}

/** The LF of the 226, which ends without it too, and `213 5` and `213 20261120021507` with CR and LF. */
const afterwardsBytes = 1 + 7 + 20;

interface Cut extends Offsets {
  /** The command whose fault it is. */
  readonly on: string;
  readonly toFault: (afterBytes: number) => FaultAction;
}

/** @returns what is believed after cuts from the first byte to the last, each in a directory of its own. */
function believeAfterCuts(partner: EmbeddedPartner, dialogue: Dialogue, { on, toFault, ...offsets }: Cut) {
  return cutEverywhere(partner, offsets, async (session, offset) => {
    const directory = `/cut-${String(offset).padStart(4, '0')}`;
    put(partner, directory);
    const path = isOfFile(dialogue) ? `${directory}/a` : directory;
    partner.server.fault({ on, path, times: 1, do: toFault(offset) });
    return believe(session, dialogue, directory);
  });
}

describe.each(dialogues)('$title', (dialogue) => {
  it.each(dialogue.dataWays)(
    'is whole or an error where a %s cuts the data connection at any byte',
    async (way) => {
      await using partner = await startEmbedded({ features: dialogue.features });
      const { belief, dataBytes } = await measureDialogue(partner, dialogue);

      const beliefs = await believeAfterCuts(partner, dialogue, {
        on: dialogue.transfer,
        toFault: (afterBytes) =>
          way === 'silence'
            ? { kind: 'stall-data', afterBytes }
            : { kind: 'cut-data', afterBytes, with: way },
        totalBytes: dataBytes,
      });

      expect([belief, beliefs.length]).toEqual(['everything', dataBytes + 1]);
      expect(beliefs.slice(0, -1).filter((each) => each !== 'error')).toEqual([]);
      expect(beliefs.at(-1)).not.toBe('a part');
    },
  );
});

describe.each([dialogues[0], dialogues[3]])('$title', (dialogue) => {
  it.each([
    ['fin', 1],
    ['close-notify', 5],
    ['reset', 5],
    ['silence', 5],
  ] as const)(
    'is whole or an error where a %s cuts the control connection, every %i bytes',
    async (way, step) => {
      await using partner = await startEmbedded();
      const { belief, replyBytes } = await measureDialogue(partner, dialogue);

      const beliefs = await believeAfterCuts(partner, dialogue, {
        on: dialogue.first,
        toFault: (afterBytes) => ({ kind: 'cut-replies', afterBytes, with: way }),
        totalBytes: replyBytes,
        step,
      });

      expect([belief, beliefs.length]).toEqual(['everything', Math.ceil(replyBytes / step) + 1]);
      expect(beliefs).not.toContain('a part');
      // A file is whole once its 226 has come; the replies to SIZE and MDTM afterwards may be cut.
      const afterwards = isOfFile(dialogue) ? Math.ceil(afterwardsBytes / step) : 0;
      expect(beliefs.slice(0, -1 - afterwards).filter((each) => each !== 'error')).toEqual([]);
    },
  );
});
