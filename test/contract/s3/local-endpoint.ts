import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createS3, type S3Service } from '../../../cli/local/s3/service.ts';
import type { ObjectCreated } from '../../../cli/local/s3/store.ts';
import { clientFor, newBucketName, type S3Endpoint } from './s3-endpoint.ts';

export interface LocalEndpoint extends S3Endpoint {
  readonly service: S3Service;
  readonly folder: string;
  readonly url: string;
  readonly events: readonly ObjectCreated[];
}

/** Our server on a port of its own, in a new folder that goes with it. */
export async function startLocalEndpoint(now = () => new Date()): Promise<LocalEndpoint> {
  const folder = await mkdtemp(join(tmpdir(), 'local-s3-'));
  const events: ObjectCreated[] = [];
  const service = createS3({ folder, now, onEvent: (event) => events.push(event) });
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    void service.serve(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const url = `http://127.0.0.1:${address.port}`;
  const client = clientFor({ url, region: 'us-east-1', accessKeyId: 'local', secretAccessKey: 'local' });
  return {
    service,
    folder,
    url,
    events,
    client,
    createBucket: async ({ versioned }) => {
      const name = newBucketName();
      service.createBucket({ name, versioned });
      return name;
    },
    stop: async () => {
      client.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      service.close();
      await rm(folder, { recursive: true });
    },
  };
}
