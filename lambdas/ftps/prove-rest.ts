import type { RemotePath } from '../sync/remote-path.ts';
import { downloadRange, RestRefused } from './download-range.ts';
import { FtpsError } from './ftps-error.ts';
import { lookAt } from './look-at.ts';
import type { Session } from './session.ts';

/**
 * What REST (RFC 3659, 5) is worth at a server. `proved`: it sent exactly what was asked for. `refused`: it does not take the
 * command. `lies`: it took it, and sent something else: the file from its beginning, or from an offset cut to 32 bits.
 */
export type RestProof = 'proved' | 'refused' | 'lies';

/** Enough that two files are hardly equal there, and little to fetch. */
const overlapBytes = 64 * 1024;

/**
 * Reads the end of a file twice, from two offsets near its size: both must come to exactly the bytes that are left, and where they
 * overlap they must be equal. An offset that a server cuts to 32 bits gives itself away by its count. Where the answer is not
 * `proved`, the session may be gone.
 * @throws FtpsError `changed` where the file has another size meanwhile, and what says nothing of REST: no such file, a lost
 * connection; the signal's reason.
 */
export async function proveRest(
  session: Session,
  file: { readonly path: RemotePath; readonly sizeBytes: number },
  signal?: AbortSignal,
): Promise<RestProof> {
  const shortBytes = Math.min(overlapBytes, Math.floor(file.sizeBytes / 2));
  try {
    const long = await lastBytes(
      session,
      { ...file, count: Math.min(2 * shortBytes, file.sizeBytes - 1) },
      signal,
    );
    const short = await lastBytes(session, { ...file, count: shortBytes }, signal);
    if (long.subarray(-shortBytes).equals(short)) return 'proved';
  } catch (error) {
    if (error instanceof RestRefused) return 'refused';
    if (!(error instanceof FtpsError) || error.kind !== 'wrong-size') throw error;
  }
  if (!session.lost) await expectSameSize(session, file);
  return 'lies';
}

async function lastBytes(
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
  const found = await lookAt(session, path);
  if (found?.sizeBytes === sizeBytes) return;
  const answer = `its size went from ${sizeBytes} to ${found?.sizeBytes ?? 'unknown'} bytes`;
  throw new FtpsError({ kind: 'changed', attempt: 'reading', target: path, answer, path });
}
