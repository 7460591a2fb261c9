import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createS3, type S3Service } from '../../../../local/s3/service.ts';
import type { ObjectCreated } from '../../../../local/s3/store/store.ts';
import { serveHttp } from '../../../support/serve-http.ts';
import { clientFor, newBucketName, type S3Endpoint } from '../../s3/s3-endpoint.ts';

export interface LocalEndpoint extends S3Endpoint {
  readonly service: S3Service;
  readonly folder: string;
  readonly url: string;
  readonly events: readonly ObjectCreated[];
}

/** Starts the local S3 server on its own port, with a new folder that `stop` removes. */
export async function startLocalEndpoint(now = () => new Date()): Promise<LocalEndpoint> {
  const folder = await mkdtemp(join(tmpdir(), 'local-s3-'));
  const events: ObjectCreated[] = [];
  const service = createS3({ folder, now, onEvent: (event) => events.push(event) });
  const { url, stop } = await serveHttp((request, response) => void service.serve(request, response));
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
      await stop();
      service.close();
      await rm(folder, { recursive: true });
    },
  };
}
