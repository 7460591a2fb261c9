import { createServer, type Socket } from 'node:net';
import { ControlSession } from './control-session.ts';
import { type FaultRule, FaultRules } from './faults.ts';
import { listen } from './listen.ts';
import { type FtpsServerOptions, settle } from './options.ts';
import { serverContext } from './server-tls.ts';
import type { LoggedCommand, LoggedTransfer, ServerContext } from './session.ts';

/** A running server. What it saw is kept for the test that asks. */
export interface FtpsServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Control connections: open now, and the most that were open at one time. */
  readonly sessions: { readonly now: number; readonly peak: number };
  /** Every command received, in order. */
  readonly log: readonly LoggedCommand[];
  readonly transfers: readonly LoggedTransfer[];
  /** Lets something go wrong; the returned function ends that. */
  fault(rule: FaultRule): () => void;
  /** From now on all goes well again. */
  clearFaults(): void;
  /** Drops every connection at once, as a server does that crashes. New ones are still accepted. */
  dropSessions(): void;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

/**
 * Starts an FTPS server (RFC 959, 2228, 2389, 2428, 3659, 4217) on 127.0.0.1 and a free port, unless told.
 * It behaves well until `fault` says otherwise. Rejects where it cannot listen.
 */
export async function startFtpsServer(options: FtpsServerOptions): Promise<FtpsServer> {
  const settings = settle(options);
  const faults = new FaultRules();
  const sockets = new Set<Socket>();
  const open = new Set<ControlSession>();
  let accepted = 0;
  let peak = 0;
  const context: ServerContext = {
    settings,
    secureContext: serverContext(settings),
    faults,
    tree: settings.files,
    log: [],
    transfers: [],
    openConnections: () => open.size,
    track(socket) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    },
  };
  const listener = createServer({ noDelay: true }, (socket) => {
    accepted += 1;
    const session = new ControlSession(accepted, context, socket);
    open.add(session);
    peak = Math.max(peak, open.size);
    context.track(socket);
    socket.once('close', () => open.delete(session));
    void session.start();
  });
  const port = await listen(listener, settings);
  const dropSessions = () => {
    for (const socket of sockets) socket.destroy();
  };
  const close = async () => {
    const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
    dropSessions();
    await closed;
  };
  return {
    host: settings.host,
    port,
    get sessions() {
      return { now: open.size, peak };
    },
    log: context.log,
    transfers: context.transfers,
    fault: (rule) => faults.add(rule),
    clearFaults: () => faults.clear(),
    dropSessions,
    close,
    [Symbol.asyncDispose]: close,
  };
}
