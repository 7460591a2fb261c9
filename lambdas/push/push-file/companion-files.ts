import type { PushFlow } from '../../contract/partner-file/push-flow.ts';
import type { DeliveryPaths } from '../../core/delivery/delivery-path.ts';
import { baseName, type RemotePath } from '../../core/path/remote-path.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { RenameUncertainError, rename } from '../../ftps/session/rename.ts';
import type { Session } from '../../ftps/session/session.ts';
import { upload } from '../../ftps/transfer/upload.ts';
import { findWritten, type Verify } from './check-upload.ts';
import { removeIfExists } from './remove-if-exists.ts';

export interface CompanionOptions {
  /** Called only for a checksum file; lower-case hex. */
  readonly sha256: () => Promise<string>;
  /** Called right before each command that changes something. @throws to stop. */
  readonly assertHeld: () => void;
  readonly verify: Verify;
  /** `direct`: the files are written under their final names. */
  readonly delivery: PushFlow['delivery'];
}

/**
 * Writes the companion files of a delivered file that the flow asks for: first the checksum file, in the
 * format of `sha256sum -c`, then the done marker, so that a reader who waits for the marker finds both
 * complete. Like the file itself, each is staged under a name of this try, compared in size, and renamed: a
 * reader never sees a part of it, and a worker that sleeps past its lease has nothing left to rename.
 * @throws FtpsError
 */
export async function writeCompanionFiles(
  session: Session,
  paths: Pick<DeliveryPaths, 'target' | 'companionStaging' | 'checksum' | 'done'>,
  { sha256, ...options }: CompanionOptions,
): Promise<void> {
  const { companionStaging: staging, checksum, done } = paths;
  if (checksum !== undefined) {
    const text = checksumLine(await sha256(), paths.target);
    await writeCompanion(session, { staging, path: checksum, text, ...options });
  }
  if (done !== undefined) await writeCompanion(session, { staging, path: done, text: '', ...options });
}

/**
 * GNU coreutils escapes a name with a backslash or a line break, and begins the line with a backslash then.
 * https://www.gnu.org/software/coreutils/manual/html_node/md5sum-invocation.html
 */
function checksumLine(sha256: string, target: RemotePath): string {
  const name = baseName(target);
  const escaped = name.replaceAll('\\', '\\\\');
  return `${escaped === name ? '' : '\\'}${sha256}  ${escaped}\n`;
}

interface Companion extends Omit<CompanionOptions, 'sha256'> {
  readonly staging: RemotePath;
  readonly path: RemotePath;
  readonly text: string;
}

async function writeCompanion(session: Session, companion: Companion): Promise<void> {
  const { delivery, path } = companion;
  const staging = delivery === 'direct' ? path : companion.staging;
  try {
    await stageText(session, { ...companion, staging });
    if (delivery === 'staged') await renameToCompanion(session, companion);
  } catch (error) {
    // The next try has another name for it.
    if (error instanceof FtpsError && !session.lost) await removeIfExists(session, staging);
    throw error;
  }
}

async function stageText(session: Session, { staging, text, assertHeld, verify }: Companion): Promise<void> {
  const bytes = Buffer.from(text);
  assertHeld();
  await upload(session, staging, singleChunk(bytes), { mode: 'store', expectedBytes: bytes.length });
  // An empty file has no part, and the rename fails if there is none.
  if (bytes.length === 0) return;
  const staged = await findWritten(session, staging, { verify, sentBytes: bytes.length });
  if (staged?.sizeBytes === bytes.length) return;
  const answer = `it has ${staged?.sizeBytes ?? 'an unknown number of'} bytes, and ${bytes.length} were sent`;
  throw new FtpsError({ kind: 'wrong-size', attempt: 'writing', target: staging, answer, path: staging });
}

/** Some servers refuse to rename over a file; an older companion file is worth nothing beside the new one. */
async function renameToCompanion(session: Session, { staging, path, assertHeld }: Companion): Promise<void> {
  try {
    assertHeld();
    await rename(session, staging, path, assertHeld);
  } catch (error) {
    const isRefused =
      error instanceof FtpsError &&
      !(error instanceof RenameUncertainError) &&
      (error.replyCode === 550 || error.replyCode === 553);
    if (!isRefused) throw error;
    assertHeld();
    await removeIfExists(session, path);
    await rename(session, staging, path, assertHeld);
  }
}

async function* singleChunk(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes;
}
