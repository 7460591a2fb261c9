import { createServer, type Server } from 'node:net';

/** Ports that no other test server uses, in this test process or in another one. */
export interface PortBlock {
  readonly control: number;
  readonly firstPassive: number;
  readonly lastPassive: number;
  /** Frees the block. Ending the process frees it as well. */
  release(): Promise<void>;
}

// Below 32768, where Linux begins to assign ports to outgoing connections.
const firstPort = 20_000;
const endPort = 32_700;
const blockSize = 100;

/**
 * Reserves a block of ports by listening on its first port. The system frees that port when the process dies,
 * which it would not do for a lock file.
 */
export async function reservePortBlock(): Promise<PortBlock> {
  for (let port = firstPort; port + blockSize <= endPort; port += blockSize) {
    const reservation = await listenOn(port);
    if (reservation === undefined) continue;
    const control = await listenOn(port + 1);
    if (control === undefined) {
      await stop(reservation);
      continue;
    }
    await stop(control);
    return {
      control: port + 1,
      firstPassive: port + 2,
      lastPassive: port + blockSize - 1,
      release: () => stop(reservation),
    };
  }
  throw new Error(
    `No free block of ${blockSize} ports between ${firstPort} and ${endPort} on 127.0.0.1. Are old test servers still running?`,
  );
}

function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen({ host: '127.0.0.1', port }, () => resolve(server));
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
