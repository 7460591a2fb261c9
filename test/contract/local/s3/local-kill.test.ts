import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf, faultOf, listedKeys } from '../../s3/clauses/reading.ts';
import { clientFor } from '../../s3/s3-endpoint.ts';

const program = fileURLToPath(new URL('serve-local-s3.ts', import.meta.url));
const bucket = 'killed';

describe('The local S3 server, killed', () => {
  let folder: string;
  let running: ChildProcess | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-s3-killed-'));
  });
  afterEach(async () => {
    if (running !== undefined) await kill(running);
    await rm(folder, { recursive: true });
  });

  async function start(): Promise<S3Client> {
    const child = spawn(process.execPath, [program, folder, bucket], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running = child;
    const [port] = await once(child.stdout, 'data');
    const url = `http://127.0.0.1:${String(port).trim()}`;
    return clientFor({ url, region: 'us-east-1', accessKeyId: 'local', secretAccessKey: 'local' });
  }

  it.each([5, 25, 60])(
    'has every acknowledged object and no partial one, after %i acknowledged ones',
    async (enough) => {
      const client = await start();
      const sent = new Map<string, string>();
      const acknowledged = new Set<string>();
      async function putUntilKilled(writer: number): Promise<void> {
        for (let index = 0; ; index++) {
          const [key, body] = [`${writer}-${index}`, randomBytes(300_000 + index)];
          sent.set(key, sha256(body));
          if (
            (await faultOf(client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body })))) !==
            undefined
          )
            return;
          acknowledged.add(key);
          if (acknowledged.size === enough && running !== undefined) await kill(running);
        }
      }

      await Promise.all([1, 2, 3, 4].map(putUntilKilled));
      const reopened = await start();

      const keys = await listedKeys(reopened, bucket, 1000);
      expect(Array.from(acknowledged).filter((key) => !keys.includes(key))).toEqual([]);
      for (const key of keys) expect(sha256(await bytesOf(reopened, bucket, key))).toBe(sent.get(key));
      expect(await readdir(join(folder, 'incoming'))).toEqual([]);
      expect(await readdir(join(folder, 'blobs'))).toHaveLength(keys.length);
    },
  );

  it('removes blobs without a row that a killed server left', async () => {
    for (const name of ['incoming', 'blobs']) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, '00112233445566778899aabbccddeeff'), 'left behind');
    }

    await start();

    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
    expect(await readdir(join(folder, 'blobs'))).toEqual([]);
  });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
