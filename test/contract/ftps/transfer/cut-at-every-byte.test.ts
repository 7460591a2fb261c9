import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { FtpsError } from '../../../../lambdas/ftps/ftps-error.ts';
import { statFile } from '../../../../lambdas/ftps/listing/stat-file.ts';
import { RenameUncertainError, rename } from '../../../../lambdas/ftps/session/rename.ts';
import type { Session } from '../../../../lambdas/ftps/session/session.ts';
import { upload } from '../../../../lambdas/ftps/transfer/upload.ts';
import type { FaultAction } from '../../../../testing/ftps-server/faults.ts';
import { cutEverywhere, type Offsets } from '../cut-everywhere.ts';
import { type EmbeddedPartner, startEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';

const content = Buffer.from('three lines\nof text\nin a file\n');
const older = 'what was there before';

/** What the client believes of an upload, and what a reader finds under the final name. */
interface Stored {
  readonly believes: 'stored' | 'perhaps renamed' | 'error';
  readonly finds: 'whole' | 'older' | 'a part';
}

/** Staged, its size compared, and renamed over what is there: a delivery without its ledger. */
async function store(session: Session, directory: string): Promise<Stored['believes']> {
  const [staging, target] = [parseRemotePath(`${directory}/.a.part`), parseRemotePath(`${directory}/a`)];
  try {
    await upload(session, staging, oneChunk(), { mode: 'store', expectedBytes: content.length });
    if ((await statFile(session, staging))?.sizeBytes !== content.length) return 'error';
    await rename(session, staging, target);
    return 'stored';
  } catch (error) {
    if (!(error instanceof FtpsError)) throw error;
    return error instanceof RenameUncertainError ? 'perhaps renamed' : 'error';
  }
}

async function* oneChunk(): AsyncGenerator<Buffer> {
  yield content;
}

function find({ tree }: EmbeddedPartner, directory: string): Stored['finds'] {
  const found = tree.bytesOf(`${directory}/a`);
  if (found.equals(content)) return 'whole';
  return found.toString() === older ? 'older' : 'a part';
}

/** How many bytes of replies and of commands follow STOR. */
async function measureDialogue(partner: EmbeddedPartner) {
  const lines: string[] = [];
  await using session = await openTo(partner, { trace: (line) => void lines.push(line) });
  partner.tree.put('/whole/a', { content: older });
  await store(session, '/whole');
  const afterStor = lines.slice(lines.findIndex((line) => line.startsWith('> STOR')) + 1);
  const bytesOf = (direction: string) =>
    afterStor
      .filter((line) => line.startsWith(direction))
      .reduce((sum, line) => sum + line.length - direction.length + '\r\n'.length, 0);
  return { replyBytes: bytesOf('< '), commandBytes: bytesOf('> ') };
}

interface Cut extends Offsets {
  readonly toFault: (afterBytes: number) => FaultAction;
}

/** @returns what is believed and found after cuts from the first byte to the last. */
function storeAfterCuts(partner: EmbeddedPartner, { toFault, ...offsets }: Cut): Promise<readonly Stored[]> {
  return cutEverywhere(partner, offsets, async (session, offset) => {
    const directory = `/cut-${String(offset).padStart(4, '0')}`;
    partner.tree.put(`${directory}/a`, { content: older });
    partner.server.fault({ on: 'STOR', path: `${directory}/.a.part`, times: 1, do: toFault(offset) });
    const believes = await store(session, directory);
    return { believes, finds: find(partner, directory) };
  });
}

/** A part under the final name, or a belief that is not true. */
function wrong(stored: readonly Stored[]) {
  return [...stored.entries()].filter(
    ([, { believes, finds }]) =>
      finds === 'a part' ||
      (believes === 'stored' && finds !== 'whole') ||
      (believes === 'error' && finds !== 'older'),
  );
}

const dataCuts = (['fin', 'reset', 'close-notify', 'silence'] as const).flatMap((way) =>
  [true, false].map((closeNotify) => ({
    way,
    closeNotify,
    title: `${way}, ${closeNotify ? 'with' : 'without'} close_notify`,
  })),
);

describe('an upload', () => {
  it.each(dataCuts)(
    'is whole under its final name, or not there, where the data connection is cut at any byte: $title',
    async ({ way, closeNotify }) => {
      await using partner = await startEmbedded({ features: { closeNotify } });

      const stored = await storeAfterCuts(partner, {
        toFault: (afterBytes) =>
          way === 'silence'
            ? { kind: 'stall-data', afterBytes }
            : { kind: 'cut-data', afterBytes, with: way },
        totalBytes: content.length,
      });

      expect(stored).toHaveLength(content.length + 1);
      expect(wrong(stored)).toEqual([]);
      expect(stored.slice(0, -1).filter(({ believes }) => believes !== 'error')).toEqual([]);
    },
  );

  it.each([
    ['fin', 1],
    ['close-notify', 5],
    ['reset', 5],
    ['silence', 5],
  ] as const)(
    'is whole under its final name, or not there, where a %s cuts the replies, every %i bytes',
    async (way, step) => {
      await using partner = await startEmbedded();
      const { replyBytes: totalBytes } = await measureDialogue(partner);

      const stored = await storeAfterCuts(partner, {
        toFault: (afterBytes) => ({ kind: 'cut-replies', afterBytes, with: way }),
        totalBytes,
        step,
      });

      expect(wrong(stored)).toEqual([]);
      expect(new Set(stored.map(({ believes }) => believes))).toEqual(
        new Set(['error', 'perhaps renamed', 'stored']),
      );
    },
  );

  // The server gets no part of a command, so that fewer offsets do.
  it.each(['fin', 'close-notify', 'reset', 'silence'] as const)(
    'is whole under its final name, or not there, where a %s cuts the commands',
    async (way) => {
      await using partner = await startEmbedded();
      const { commandBytes: totalBytes } = await measureDialogue(partner);

      const stored = await storeAfterCuts(partner, {
        toFault: (afterBytes) => ({ kind: 'cut-commands', afterBytes, with: way }),
        totalBytes,
        step: 5,
      });

      expect(wrong(stored)).toEqual([]);
      expect(new Set(stored.map(({ believes }) => believes)).has('stored')).toBe(true);
    },
  );
});
