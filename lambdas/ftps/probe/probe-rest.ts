import type { RemotePath } from '../../core/path/remote-path.ts';
import { FtpsError } from '../ftps-error.ts';
import { statFile } from '../listing/stat-file.ts';
import type { Session } from '../session/session.ts';
import { downloadRange, RestRefusedError } from '../transfer/download-range.ts';

/**
 * Whether REST (RFC 3659, 5) works at a server. `proved`: the server sent exactly the requested bytes.
 * `refused`: it does not support the command. `lies`: it accepted the command and sent other bytes: the file
 * from its beginning, or from an offset truncated to 32 bits.
 */
export type RestProbe = 'proved' | 'refused' | 'lies';

/** Enough that equal bytes are no coincidence, and quick to fetch. */
const overlapBytes = 64 * 1024;

/**
 * Reads the end of a file twice, from two offsets near its size. Both reads must return exactly the bytes to
 * the end, and the same bytes where they overlap. An offset truncated to 32 bits shows in the byte count.
 * Unless the result is `proved`, the session may be gone.
 * @throws FtpsError `changed` where the file has another size by now, and errors that say nothing about REST:
 * a missing file, a lost connection. The signal's reason.
 */
export async function probeRest(
  session: Session,
  file: { readonly path: RemotePath; readonly sizeBytes: number },
  signal?: AbortSignal,
): Promise<RestProbe> {
  const shortBytes = Math.min(overlapBytes, Math.floor(file.sizeBytes / 2));
  try {
    const long = await readTail(
      session,
      { ...file, count: Math.min(2 * shortBytes, file.sizeBytes - 1) },
      signal,
    );
    const short = await readTail(session, { ...file, count: shortBytes }, signal);
    if (long.subarray(-shortBytes).equals(short)) return 'proved';
  } catch (error) {
    if (error instanceof RestRefusedError) return 'refused';
    if (!(error instanceof FtpsError) || error.kind !== 'wrong-size') throw error;
  }
  if (!session.lost) await expectSameSize(session, file);
  return 'lies';
}

async function readTail(
  session: Session,
  file: { readonly path: RemotePath; readonly sizeBytes: number; readonly count: number },
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const sink = {
    hasEnough: false,
    write: (chunk: Buffer) => {
      chunks.push(chunk);
      return undefined;
    },
  };
  await downloadRange(session, { ...file, offset: file.sizeBytes - file.count }, sink, { signal });
  return Buffer.concat(chunks);
}

async function expectSameSize(
  session: Session,
  { path, sizeBytes }: { readonly path: RemotePath; readonly sizeBytes: number },
): Promise<void> {
  const found = await statFile(session, path);
  if (found?.sizeBytes === sizeBytes) return;
  const answer = `its size changed from ${sizeBytes} to ${found?.sizeBytes ?? 'unknown'} bytes`;
  throw new FtpsError({ kind: 'changed', attempt: 'reading', target: path, answer, path });
}
