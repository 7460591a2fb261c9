import type { FtpsErrorKind } from '../core/connection/ftps-error-kind.ts';
import { ftpsErrorRemedy } from '../core/connection/ftps-error-remedies.ts';
import type { ServerCertificate } from '../core/connection/server-certificate.ts';
import type { RemotePath } from '../core/path/remote-path.ts';

export interface FtpsErrorFacts {
  readonly kind: FtpsErrorKind;
  /** What was attempted: `reading`, `logging in to`. It precedes the target in the message. */
  readonly attempt: string;
  /** A path, or `host:port`. */
  readonly target: string;
  /** What came back: the server's reply, the socket's error, or a passed deadline. Never a secret. */
  readonly answer: string;
  readonly path?: RemotePath | undefined;
  readonly replyCode?: number | undefined;
  /** What a person can do, where the answer tells more than its kind. Default: the remedy for the kind. */
  readonly remedy?: string | undefined;
  /** The value of `connection.security` that the server speaks, where it is not the one that is set. */
  readonly security?: 'explicit' | 'implicit' | undefined;
  /** The server's certificate, where it is the reason. */
  readonly certificate?: ServerCertificate | undefined;
  readonly cause?: unknown;
}

/**
 * An operation at a partner's server failed. With a `replyCode` other than 421 and 530 the session is still
 * usable; without one it is gone. The message ends with what a person can do (ftps-error-remedies.ts);
 * whether to retry is in ftps-error-policies.ts.
 *
 * @example reading /out/a.xml failed: the server answered 550 No such file. The file or directory no longer
 * exists; ...
 */
export class FtpsError extends Error {
  override readonly name = 'FtpsError';
  readonly kind: FtpsErrorKind;
  readonly answer: string;
  readonly replyCode: number | undefined;
  readonly path: RemotePath | undefined;
  readonly remedy: string | undefined;
  readonly security: 'explicit' | 'implicit' | undefined;
  readonly certificate: ServerCertificate | undefined;

  constructor(facts: FtpsErrorFacts) {
    const { attempt, target, answer, remedy = ftpsErrorRemedy(facts.kind), cause } = facts;
    super(`${attempt} ${target} failed: ${asSentence(answer)} ${remedy}`, { cause });
    this.kind = facts.kind;
    this.answer = facts.answer;
    this.replyCode = facts.replyCode;
    this.path = facts.path;
    this.remedy = facts.remedy;
    this.security = facts.security;
    this.certificate = facts.certificate;
  }
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
