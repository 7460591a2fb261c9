import type { TLSSocket } from 'node:tls';
import { explainTlsFailure, type TlsTrust } from '../../core/connection/tls-refusal.ts';
import type { FtpsErrorFacts } from '../ftps-error.ts';
import { classifySocketError, errorAnswer, errorCode } from './classify-error.ts';
import { presentedOn } from './peer-certificates.ts';

/** An alert alone, as a server sends it that accepts nothing of our first message (RFC 8446, 5.1 and 6). */
const alertBytes = 7;

/** A TLS socket that failed. */
export interface FailedTls {
  readonly socket: TLSSocket;
  readonly trust: TlsTrust;
  /** What the TCP connection has received since the handshake began. */
  readonly receivedBytes: number;
  readonly phase: 'opening' | 'open';
}

/** Kind, answer and remedy for the error of a TLS socket: by its cause, where it is one of TLS. */
export function tlsErrorFacts(
  cause: unknown,
  { socket, trust, receivedBytes, phase }: FailedTls,
): Pick<FtpsErrorFacts, 'kind' | 'answer' | 'remedy' | 'certificate'> {
  const kind = classifySocketError(cause, phase);
  const chain = presentedOn(socket);
  const failure = {
    code: errorCode(cause) ?? '',
    chain,
    hasAnswered: receivedBytes > alertBytes,
    trust,
    now: new Date(),
  };
  const refusal = isRefusal(kind) ? explainTlsFailure(failure) : undefined;
  const certificate = kind === 'certificate-refused' ? chain[0] : undefined;
  return refusal === undefined
    ? { kind, answer: errorAnswer(cause), certificate }
    : { ...refusal, certificate };
}

/** Kinds that name what one side refuses. An alert of a server that hangs up is none. */
function isRefusal(kind: FtpsErrorFacts['kind']): boolean {
  return kind === 'certificate-refused' || kind === 'client-certificate-refused' || kind === 'tls-refused';
}
