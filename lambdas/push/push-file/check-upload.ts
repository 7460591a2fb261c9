import type { PushFlow } from '../../contract/partner-file/push-flow.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { checkFile } from '../../ftps/listing/check-file.ts';
import type { FileStat } from '../../ftps/listing/stat-file.ts';
import { remove } from '../../ftps/session/commands.ts';
import type { Session } from '../../ftps/session/session.ts';

/** The flow's setting. */
export type Verify = PushFlow['verify'];

/**
 * The file at a name that the delivery is about to use; undefined: none. With `verify: none` a server that
 * does not tell is taken to have none: its user has chosen not to know.
 * @throws FtpsError `cannot-verify` where the server does not tell.
 */
export async function findFile(
  session: Session,
  path: RemotePath,
  verify: Verify,
): Promise<FileStat | undefined> {
  const check = await checkFile(session, path, { by: verify === 'none' ? 'size-alone' : verify });
  if (check.kind === 'exists') return check.stat;
  if (check.kind === 'missing' || verify === 'none') return undefined;
  const answer = `${check.answer}: it does not tell whether a file is there, and nothing was uploaded`;
  throw cannotVerify(path, { ...check, answer });
}

interface WrittenOptions {
  readonly verify: Verify;
  readonly sentBytes: number;
  /** Readers look for this name. Default: they do not. */
  readonly isFinalName?: boolean | undefined;
}

/**
 * What the server has of a file that was just written, and confirmed; undefined: it says that it has none.
 * With `verify: none` nobody asks, and the bytes sent count. Under its final name a file may be gone because
 * a reader took it at once: to send it again would be a duplicate, and to believe it a guess.
 * @throws FtpsError `cannot-verify` where the server does not tell.
 */
export async function findWritten(
  session: Session,
  path: RemotePath,
  { verify, sentBytes, isFinalName = false }: WrittenOptions,
): Promise<FileStat | undefined> {
  if (verify === 'none') return { sizeBytes: sentBytes, modified: undefined };
  const check = await checkFile(session, path, { by: verify, isExpected: true });
  if (check.kind === 'exists' && check.stat.sizeBytes !== undefined) return check.stat;
  if (check.kind === 'missing' && !isFinalName) return undefined;
  if (check.kind === 'missing') {
    const gone = `the server confirmed ${sentBytes} bytes, and has no such file now: a reader took it at once, or the server lost it`;
    throw cannotVerify(path, { answer: gone, replyCode: undefined });
  }
  const { answer, replyCode } =
    check.kind === 'not-told'
      ? check
      : { answer: 'the server shows the file without its size', replyCode: undefined };
  const text = `${answer}: it does not tell whether the ${sentBytes} bytes arrived`;
  throw cannotVerify(path, { answer: text, replyCode });
}

/**
 * Deletes an upload that cannot be verified, where the server allows it.
 * @returns the error that says what became of it.
 */
export async function withFateOfUpload(
  session: Session,
  error: FtpsError,
  path: RemotePath,
): Promise<FtpsError> {
  const fate = await remove(session, path).then(
    () => 'the upload was deleted again',
    (refused: unknown) => {
      if (!(refused instanceof FtpsError) || session.lost) throw refused;
      return `the upload could not be deleted (${refused.answer}) and may stay at ${path}; the next try deletes it where it may`;
    },
  );
  const { kind, answer, replyCode } = error;
  return new FtpsError({
    kind,
    attempt: 'checking',
    target: path,
    answer: `${answer}; ${fate}`,
    path,
    replyCode,
    cause: error,
  });
}

function cannotVerify(
  path: RemotePath,
  { answer, replyCode }: { readonly answer: string; readonly replyCode: number | undefined },
): FtpsError {
  return new FtpsError({ kind: 'cannot-verify', attempt: 'checking', target: path, answer, path, replyCode });
}
