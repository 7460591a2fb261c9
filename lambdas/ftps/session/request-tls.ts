import { replyAnswer } from '../control/classify-error.ts';
import type { Control } from '../control/control.ts';
import { isPositive, type Reply } from '../control/reply.ts';
import { FtpsError } from '../ftps-error.ts';

/** The command that a server has accepted. */
export type TlsCommand = 'AUTH TLS' | 'AUTH SSL';

/**
 * Asks for TLS on a plain connection: with AUTH TLS (RFC 4217, 4), and where the server does not know that
 * word, with AUTH SSL, the one before the RFC. They differ only in the protection that data connections begin
 * with (RFC 4217, 17), and PBSZ and PROT follow in any case.
 * @throws FtpsError `not-ftps` where the server refuses both; `unavailable` where TLS is refused for now (431
 * and other 4yz); `too-many-connections`.
 */
export async function requestTls(control: Control): Promise<TlsCommand> {
  const reply = await control.request('AUTH TLS');
  if (isPositive(reply)) return 'AUTH TLS';
  if (!isUnknownWord(reply)) throw refusedTls(control.target, reply);
  const isAccepted = await control.request('AUTH SSL').then(isPositive, (error: unknown) => {
    // A server that hangs up after its refusal has refused.
    if (error instanceof FtpsError && error.kind === 'connection-lost') return false;
    throw error;
  });
  if (isAccepted) return 'AUTH SSL';
  throw refusedTls(control.target, reply);
}

function isUnknownWord({ code }: Reply): boolean {
  return code === 500 || code === 501 || code === 502 || code === 504 || code === 534;
}

function refusedTls(target: string, reply: Reply): FtpsError {
  const isForNow = reply.code >= 400 && reply.code < 500;
  return new FtpsError({
    kind: reply.code === 421 ? 'too-many-connections' : isForNow ? 'unavailable' : 'not-ftps',
    attempt: 'asking for TLS (AUTH TLS) at',
    target,
    answer: replyAnswer(reply),
    replyCode: reply.code,
    remedy: reply.code === 431 ? notNow : undefined,
  });
}

/** IBM i answers 431 while no certificate is assigned to its FTP server. */
const notNow =
  'The server has TLS, but not now, for example because its certificate is being replaced. Try again later; if it stays so, show this answer to the partner.';
