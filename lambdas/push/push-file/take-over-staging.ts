import { planTakeover, type StagedFile } from '../../core/delivery/delivery-lease.ts';
import { parseRemotePath, type RemotePath } from '../../core/path/remote-path.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { checkFile } from '../../ftps/listing/check-file.ts';
import { remove } from '../../ftps/session/commands.ts';
import { RenameUncertainError, rename } from '../../ftps/session/rename.ts';
import type { Session } from '../../ftps/session/session.ts';
import type { Verify } from './check-upload.ts';

export interface TakeoverOptions {
  /** The try's own staging name. */
  readonly staging: RemotePath;
  readonly versionId: string;
  readonly leftovers: readonly StagedFile[];
  /** Whether an upload of this version is worth resuming. */
  readonly mayResume: boolean;
  /** The staging name of the upload that the ledger knows how far it came. */
  readonly checkpoint: string | undefined;
  readonly verify: Verify;
  /** Called before each command. @throws to stop. */
  readonly assertHeld: () => void;
  /** Receives which files of earlier tries may still be at the partner, each time that changes. */
  readonly setLeftovers: (leftovers: readonly StagedFile[]) => void;
}

export interface Takeover {
  /** The file that has the own staging name now; undefined: none. */
  readonly claimed: string | undefined;
  /** The files that were not there. */
  readonly missing: ReadonlySet<string>;
}

/**
 * Takes the staging files of earlier tries away: renames the best one that can be resumed to the own name,
 * and deletes the others. Afterwards no lost worker can rename one of them to its target any more.
 * @throws FtpsError where the session is gone.
 */
export async function takeOverStaging(session: Session, options: TakeoverOptions): Promise<Takeover> {
  const { leftovers, staging, assertHeld, setLeftovers } = options;
  const plan = planTakeover(leftovers, options);
  const missing = new Set<string>();
  let remaining = leftovers;
  let claimed: string | undefined;
  for (const file of [...plan.claim, ...plan.remove]) {
    assertHeld();
    const path = parseRemotePath(file.path);
    const isClaimed =
      claimed === undefined && plan.claim.includes(file) && (await claim(session, path, staging));
    if (isClaimed) claimed = file.path;
    const end = isClaimed ? 'removed' : await removeLeftover(session, path, options.verify);
    if (end === 'missing') missing.add(file.path);
    const isGone = end !== 'kept' && (await isCompanionGone(session, file, options));
    if (isGone) remaining = remaining.filter((each) => each !== file);
    setLeftovers(remaining);
  }
  return { claimed, missing };
}

/** Whether the file has the own name now. A server may refuse to rename a file that it still writes. */
async function claim(session: Session, path: RemotePath, staging: RemotePath): Promise<boolean> {
  try {
    await rename(session, path, staging);
    return true;
  } catch (error) {
    const isRefused = error instanceof FtpsError && !(error instanceof RenameUncertainError) && !session.lost;
    if (!isRefused) throw error;
    return false;
  }
}

async function isCompanionGone(
  session: Session,
  { companion }: StagedFile,
  { assertHeld, verify }: TakeoverOptions,
): Promise<boolean> {
  if (companion === undefined) return true;
  assertHeld();
  return (await removeLeftover(session, parseRemotePath(companion), verify)) !== 'kept';
}

/** No reply code tells whether a file is missing, or must not be deleted; SIZE does, where it is answered. */
async function removeLeftover(
  session: Session,
  path: RemotePath,
  verify: Verify,
): Promise<'removed' | 'missing' | 'kept'> {
  try {
    await remove(session, path);
    return 'removed';
  } catch (error) {
    if (!(error instanceof FtpsError) || session.lost) throw error;
    const { kind } = await checkFile(session, path, { by: verify === 'none' ? 'size-alone' : 'size' });
    return kind === 'missing' ? 'missing' : 'kept';
  }
}
