import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../support/wait-until.ts';
import { clientFor, createBucketWith, type S3Endpoint } from './s3-endpoint.ts';

/** The program that `.ci/install-s3-server` installs. */
const program = join(process.env.FTPS_SERVERS_PREFIX ?? '/opt/ftps-servers', 'bin', 'versitygw');

/** Why versitygw cannot run here; undefined if it can. */
export function versitygwIsMissing(): string | undefined {
  try {
    accessSync(program, constants.X_OK);
    return undefined;
  } catch {
    return `${program} is not there; .ci/install-s3-server builds it where Go is present`;
  }
}

/** versitygw on a temporary folder, with a second one for versions. */
export async function startVersitygw(): Promise<S3Endpoint> {
  const folder = await mkdtemp(join(tmpdir(), 'versitygw-'));
  const [objects, versions] = [join(folder, 'objects'), join(folder, 'versions')];
  await mkdir(objects);
  await mkdir(versions);
  const port = await freePort();
  const access = { region: 'us-east-1', accessKeyId: 'contract', secretAccessKey: 'contract-secret' };
  const child = spawn(
    program,
    ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--versioning-dir', versions, objects],
    {
      env: { ...process.env, ROOT_ACCESS_KEY: access.accessKeyId, ROOT_SECRET_KEY: access.secretAccessKey },
      stdio: 'ignore',
    },
  );
  const ended = once(child, 'exit');
  await Promise.race([
    answering(port),
    ended.then(() => Promise.reject(new Error(`${program} ended with exit code ${child.exitCode}`))),
  ]);
  const client = clientFor({ url: `http://127.0.0.1:${port}`, ...access });
  return {
    client,
    createBucket: (options) => createBucketWith(client, options),
    stop: async () => {
      client.destroy();
      child.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port was found');
  return address.port;
}

function answering(port: number): Promise<boolean> {
  return waitUntil({
    what: `versitygw answers on port ${port}`,
    check: async () => {
      const socket = connect(port, '127.0.0.1');
      const isOpen = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      return isOpen;
    },
  });
}
