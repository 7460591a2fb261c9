import { createServer, type Socket } from 'node:net';
import { listen } from './connection/listen.ts';
import { serverContext } from './connection/server-tls.ts';
import type { LoggedCommand, LoggedTransfer, ServerContext } from './connection/session.ts';
import { ControlSession } from './control-session.ts';
import { type FaultRule, FaultRules } from './faults.ts';
import { type FtpsServerOptions, withDefaults } from './options.ts';

/** A running server. It records its commands and transfers for tests. */
export interface FtpsServer extends AsyncDisposable {
  readonly host: string;
  /** The port of control connections. */
  readonly port: number;
  /** Control connections: open now, and the most that were open at the same time. */
  readonly sessions: { readonly now: number; readonly peak: number };
  /** Every command received, in order. */
  readonly log: readonly LoggedCommand[];
  /** Every data connection with its transfer, in order; also those in progress. */
  readonly transfers: readonly LoggedTransfer[];
  /** Adds a fault to inject. @returns the function that removes it. */
  fault(rule: FaultRule): () => void;
  /** Removes all faults. */
  clearFaults(): void;
  /** Drops every connection at once, like a crash, but keeps accepting new ones. */
  dropSessions(): void;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

/**
 * Starts an FTPS server (RFC 959, 2228, 2389, 2428, 3659, 4217), by default on 127.0.0.1 and a free port. It
 * behaves correctly until `fault` is called. Rejects where it cannot listen.
 *
 * @example
 * const files = new MemoryTree();
 * await using server = await startFtpsServer({ certificate, files, users: { ann: 's3cret' } });
 * server.fault({ on: 'RETR', times: 1, do: { kind: 'cut-data', afterBytes: 100, with: 'reset' } });
 */
export async function startFtpsServer(options: FtpsServerOptions): Promise<FtpsServer> {
  const settings = withDefaults(options);
  const faults = new FaultRules();
  const sockets = new Set<Socket>();
  const open = new Set<ControlSession>();
  let accepted = 0;
  let peak = 0;
  const secureContext = serverContext(settings);
  const { dataCertificate } = settings;
  const context: ServerContext = {
    settings,
    secureContext,
    dataContext:
      dataCertificate === undefined
        ? secureContext
        : serverContext({ ...settings, certificate: dataCertificate }),
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
