import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { z } from 'zod';

export interface HttpService {
  readonly url: string;
  /** Closes all connections. */
  readonly stop: () => Promise<void>;
}

const addressSchema = z.object({ port: z.number() });

/** Serves on a free port of this machine until it is stopped, without a request timeout. */
export async function serveHttp(listener: RequestListener): Promise<HttpService> {
  const server = createServer({ requestTimeout: 0 }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = addressSchema.parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
