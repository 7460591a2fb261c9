import type { Connection, Credentials } from '../contract/connection.ts';
import { connect } from './connect.ts';
import { Control } from './control.ts';
import { FtpsError } from './ftps-error.ts';
import { habitsOf } from './habits.ts';
import { login } from './login.ts';
import { type NameCodec, nameCodec } from './name-codec.ts';
import { type Session, Ticket } from './session.ts';
import { defaultTimeouts, type Timeouts } from './timeouts.ts';
import { tlsOptions } from './tls-options.ts';

export interface SessionOptions {
  readonly timeouts?: Partial<Timeouts>;
  /** Ends the login; what is thrown then is its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Hears every command and reply; secrets are masked. */
  readonly trace?: ((line: string) => void) | undefined;
}

/**
 * Connects and logs in, within one deadline.
 * @throws FtpsError naming what was refused, and by whom; the signal's reason.
 */
export async function openSession(
  settings: Connection,
  credentials: Credentials,
  options: SessionOptions = {},
): Promise<Session> {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const codec = codecOf(settings);
  const control = new Control({
    target: `${settings.host}:${settings.port}`,
    replyMs: timeouts.replyMs,
    trace: options.trace,
    secrets: [credentials.password, credentials.clientKeyPassphrase ?? ''].flatMap((secret) =>
      echoesOf(secret, codec),
    ),
  });
  const freshOptions = () => tlsOptions(settings, credentials);
  const ticket = new Ticket(freshOptions);
  const capabilities = await withinDeadline(
    control,
    { deadlineMs: timeouts.loginMs, outerSignal: options.signal },
    async (signal) => {
      await connect(control, { ...settings, tls: freshOptions() }, { signal, ticket });
      return await login(control, credentials, codec);
    },
  );
  control.markOpen();
  return {
    control,
    capabilities,
    codec,
    timeouts,
    habits: habitsOf(settings),
    ticket,
    get lost() {
      return control.lost !== undefined;
    },
    close: () => control.quit(timeouts.quitMs),
  };
}

/** A secret as a server may send it back: the bytes that it was sent, those of its UTF-8, and its letters as Latin-1. */
function echoesOf(secret: string, codec: NameCodec): readonly string[] {
  if (secret === '') return [];
  const utf8 = Buffer.from(secret).toString('latin1');
  return [...new Set([codec.encode(secret) ?? secret, utf8, secret])];
}

function codecOf(settings: Connection): NameCodec {
  const codec = nameCodec(settings.encoding);
  if (codec !== undefined) return codec;
  throw new FtpsError({
    kind: 'name-refused',
    attempt: 'preparing names for',
    target: settings.host,
    answer: `connection.encoding "${settings.encoding}" is not known, or cannot write an FTP command`,
  });
}

/** basic-ftp's own timeout does not cover the TLS handshake, so that a server that stalls there would hold us for ever. */
async function withinDeadline<T>(
  control: Control,
  { deadlineMs, outerSignal }: { readonly deadlineMs: number; readonly outerSignal: AbortSignal | undefined },
  steps: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const expiry = new FtpsError({
    kind: 'timeout',
    attempt: 'connecting to',
    target: control.target,
    answer: `no login within ${deadlineMs / 1000} s`,
  });
  const timer = setTimeout(() => deadline.abort(expiry), deadlineMs);
  const signal =
    outerSignal === undefined ? deadline.signal : AbortSignal.any([outerSignal, deadline.signal]);
  const drop = () => control.drop(signal.reason === expiry ? expiry : stopped(control, signal.reason));
  signal.addEventListener('abort', drop);
  try {
    signal.throwIfAborted();
    return await steps(signal);
  } catch (error) {
    const reason = signal.aborted ? signal.reason : error;
    control.drop(reason instanceof FtpsError ? reason : stopped(control, reason));
    throw reason;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', drop);
  }
}

function stopped(control: Control, cause: unknown): FtpsError {
  return new FtpsError({
    kind: 'connection-lost',
    attempt: 'connecting to',
    target: control.target,
    answer: 'it was stopped from our side',
    cause,
  });
}
