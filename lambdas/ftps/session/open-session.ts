import type { Connection, Credentials } from '../../contract/partner-file/connection.ts';
import { slowServerRemedy } from '../../core/connection/ftps-error-remedies.ts';
import { Control } from '../control/control.ts';
import { secretForms } from '../control/secret-forms.ts';
import { FtpsError } from '../ftps-error.ts';
import { connect } from './connect.ts';
import { learnedBehaviour } from './learned-behaviour.ts';
import { login } from './login.ts';
import { type NameCodec, nameCodec } from './name-codec.ts';
import { type Session, Ticket } from './session.ts';
import { defaultTimeouts, partnerTimeouts, type Timeouts } from './timeouts.ts';
import { tlsOptions, tlsTrust } from './tls-options.ts';

export interface SessionOptions {
  /** Override those of the partner file. */
  readonly timeouts?: Partial<Timeouts>;
  /** Aborts the login; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Receives every command and reply, secrets masked. */
  readonly trace?: ((line: string) => void) | undefined;
}

/**
 * Connects and logs in within `loginMs` of the timeouts. The caller must close the session.
 * @throws FtpsError of any kind that concerns the whole partner (see ftps-error-policies.ts), `timeout`,
 * `connection-lost`, `unavailable`, or `name-refused` for an unknown `connection.encoding`. The signal's
 * reason.
 */
export async function openSession(
  settings: Connection,
  credentials: Credentials,
  options: SessionOptions = {},
): Promise<Session> {
  const timeouts = { ...defaultTimeouts, ...partnerTimeouts(settings), ...options.timeouts };
  const codec = connectionCodec(settings);
  const control = new Control({
    target: `${settings.host}:${settings.port}`,
    replyMs: timeouts.replyMs,
    unfinishedMs: timeouts.unfinishedMs,
    trace: options.trace,
    secretForms: secretForms(credentials, codec.encode),
  });
  const freshOptions = () => tlsOptions(settings, credentials);
  const ticket = new Ticket(freshOptions, tlsTrust(settings, credentials));
  const capabilities = await withinDeadline(
    control,
    { deadlineMs: timeouts.loginMs, outerSignal: options.signal },
    async (signal) => {
      await connect(
        control,
        { ...settings, tls: freshOptions(), greetingMs: timeouts.greetingMs },
        { signal, ticket },
      );
      return await login(control, credentials, codec);
    },
  );
  control.markOpen();
  return {
    control,
    capabilities,
    codec,
    timeouts,
    behaviour: learnedBehaviour(settings),
    listing: settings.listing,
    ticket,
    get lost() {
      return control.lost !== undefined;
    },
    close: () => control.quit(timeouts.quitMs),
  };
}

function connectionCodec(settings: Connection): NameCodec {
  const codec = nameCodec(settings.encoding);
  if (codec !== undefined) return codec;
  throw new FtpsError({
    kind: 'name-refused',
    attempt: 'preparing names for',
    target: settings.host,
    answer: `connection.encoding "${settings.encoding}" is unknown or cannot encode an FTP command`,
  });
}

/** Covers the TLS handshake too, where basic-ftp has no timeout and a stalled server would block forever. */
async function withinDeadline<T>(
  control: Control,
  { deadlineMs, outerSignal }: { readonly deadlineMs: number; readonly outerSignal: AbortSignal | undefined },
  steps: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(expiredError(control, deadlineMs)), deadlineMs);
  const signal =
    outerSignal === undefined ? deadline.signal : AbortSignal.any([outerSignal, deadline.signal]);
  const drop = () => control.drop(toFtpsError(control, signal.reason));
  signal.addEventListener('abort', drop);
  try {
    signal.throwIfAborted();
    return await steps(signal);
  } catch (error) {
    const reason = signal.aborted ? signal.reason : error;
    control.drop(toFtpsError(control, reason));
    throw reason;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', drop);
  }
}

/** Names what the server did not answer: with the login half done, no firewall is to blame. */
function expiredError(control: Control, deadlineMs: number): FtpsError {
  const seconds = `no login within ${deadlineMs / 1000} s`;
  const { unanswered } = control;
  return new FtpsError({
    kind: 'timeout',
    attempt: 'connecting to',
    target: control.target,
    answer: unanswered === undefined ? seconds : `${seconds}: ${unanswered.text}`,
    remedy: unanswered?.isCommand === true ? slowServerRemedy('connect') : undefined,
  });
}

/** The reason for which an opening ends, as an error of the connection. */
function toFtpsError(control: Control, cause: unknown): FtpsError {
  if (cause instanceof FtpsError) return cause;
  return new FtpsError({
    kind: 'connection-lost',
    attempt: 'connecting to',
    target: control.target,
    answer: 'it was stopped on our side',
    cause,
  });
}
