import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Control } from '../control/control.ts';
import type { Reply } from '../control/reply.ts';
import { FtpsError } from '../ftps-error.ts';

interface Server {
  readonly host: string;
  readonly port: number;
}

/** Servers that greeted late: they are not asked again, because each question is a connection more. */
const lateGreeters = new Set<string>();

/** How long to wait for an answer to the first bytes of TLS. */
const helloMs = 5_000;

/**
 * The greeting of a server that is asked explicitly. One with implicit TLS waits for the first bytes of TLS
 * and never greets: where the greeting does not come, a second connection sends them.
 * @param greetingMs how long to wait for the greeting before that.
 * @throws FtpsError `not-ftps`, with the setting that helps, where the server answers with TLS; the errors of
 * {@link Control.greeting}.
 */
export async function greetingOrImplicit(
  control: Control,
  server: Server,
  { greetingMs, signal }: { readonly greetingMs: number; readonly signal: AbortSignal },
): Promise<Reply> {
  let isLate = false;
  const ask = async () => {
    isLate = true;
    if (lateGreeters.has(control.target)) return;
    if (await speaksTls(server, signal)) control.drop(implicitError(control.target));
  };
  const timer = setTimeout(ask, greetingMs);
  try {
    const reply = await control.greeting();
    if (isLate) lateGreeters.add(control.target);
    return reply;
  } catch (error) {
    const mayBeTls = error instanceof FtpsError && error.security === undefined && !signal.aborted;
    throw mayBeTls && (await speaksTls(server, signal)) ? implicitError(control.target, error) : error;
  } finally {
    clearTimeout(timer);
  }
}

function implicitError(target: string, cause?: FtpsError): FtpsError {
  return new FtpsError({
    kind: 'not-ftps',
    attempt: 'connecting to',
    target,
    answer: 'the server does not greet in plain text, and speaks TLS from the first byte (implicit TLS)',
    remedy: 'Set connection.security: implicit.',
    security: 'implicit',
    cause,
  });
}

/**
 * Whether the server answers the first bytes of TLS with TLS, be it an alert. Nothing else is sent, and no
 * certificate matters. Never throws.
 */
function speaksTls({ host, port }: Server, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const plain = connectTcp({ host, port });
    const end = (answer: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      secure.destroy();
      plain.destroy();
      resolve(answer);
    };
    const stop = () => end(false);
    const timer = setTimeout(stop, helloMs);
    const anyServer = {
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
      rejectUnauthorized: false,
    } as const;
    const secure = connectTls({ ...anyServer, socket: plain });
    secure.on('secureConnect', () => end(true));
    secure.on('error', (error) => end(/ALERT/.test('code' in error ? String(error.code) : '')));
    secure.on('close', stop);
    plain.on('error', stop);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
}
