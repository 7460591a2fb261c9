import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createS3 } from '../../../../local/s3/service.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { breakingSource } from '../../s3/clauses/breaking-source.ts';
import { bytesOf, faultOf } from '../../s3/clauses/reading.ts';
import { type LocalEndpoint, startLocalEndpoint } from './local-endpoint.ts';

describe('The local S3 server, on disk', () => {
  const now = new Date('2026-11-19T02:15:00.500Z');
  let endpoint: LocalEndpoint;
  beforeEach(async () => {
    endpoint = await startLocalEndpoint(() => now);
  });
  afterEach(async () => {
    await endpoint.stop();
  });

  it('keeps no bytes of what was overwritten, deleted, refused, aborted or interrupted', async () => {
    const { client } = endpoint;
    const Bucket = await endpoint.createBucket({ versioned: false });
    const source = breakingSource();
    await client.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'old' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'new' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'deleted', Body: 'x' }));
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'upload' }));
    const upload = { Bucket, Key: 'upload', UploadId };
    await client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'one' }));
    await client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'again' }));

    await client.send(new DeleteObjectCommand({ Bucket, Key: 'deleted' }));
    await client.send(new AbortMultipartUploadCommand(upload));
    await faultOf(client.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'x', IfNoneMatch: '*' })));
    await faultOf(
      client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ChecksumCRC32: 'AAAAAA==' })),
    );
    const put = { Bucket, Key: 'k', Body: source.body, ContentLength: source.announcedBytes };
    await faultOf(client.send(new PutObjectCommand(put), { abortSignal: source.abortSignal }));

    await waitUntilEmpty(endpoint, 'incoming');
    expect(await listFiles(endpoint, 'blobs')).toHaveLength(1);
  });

  it('removes the parts that a completed upload does not name', async () => {
    const { client } = endpoint;
    const Bucket = await endpoint.createBucket({ versioned: false });
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' }));
    const upload = { Bucket, Key: 'k', UploadId };
    const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber: 4, Body: 'named' }));
    await client.send(new UploadPartCommand({ ...upload, PartNumber: 5, Body: 'not named' }));

    const MultipartUpload = { Parts: [{ PartNumber: 4, ETag }] };
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));

    expect((await bytesOf(client, Bucket, 'k')).toString()).toBe('named');
    expect(await listFiles(endpoint, 'blobs')).toHaveLength(1);
  });

  it('serves a whole object that is deleted while it is read', async () => {
    const { client } = endpoint;
    const Bucket = await endpoint.createBucket({ versioned: false });
    const content = Buffer.alloc(20_000_000, 7);
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: content }));

    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    const bytes = await Body?.transformToByteArray();

    expect(Buffer.from(bytes ?? []).equals(content)).toBe(true);
    await waitUntilEmpty(endpoint, 'blobs');
  });

  it('keeps a second server out of its folder', () => {
    expect(() => createS3({ folder: endpoint.folder, now: () => now })).toThrow('another server has it open');
  });

  it('can be opened again in the same process as soon as it is closed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'local-s3-again-'));
    const openAndClose = () => {
      const service = createS3({ folder, now: () => now });
      service.createBucket({ name: 'again', versioned: true });
      service.close();
    };

    openAndClose();

    expect(openAndClose).not.toThrow();
    await rm(folder, { recursive: true });
  });

  it('sends an event for every visible object, and for no other', async () => {
    const { client, events } = endpoint;
    const Bucket = await endpoint.createBucket({ versioned: true });

    const put = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one' }));
    await faultOf(client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two', IfNoneMatch: '*' })));
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'm' }));
    const upload = { Bucket, Key: 'm', UploadId };
    const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'part' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));

    expect(events).toMatchObject([
      { bucket: Bucket, key: 'k', sizeBytes: 3, versionId: put.VersionId, reason: 'PutObject' },
      { bucket: Bucket, key: 'm', sizeBytes: 4, reason: 'CompleteMultipartUpload' },
    ]);
    const [first, second] = events.map(({ sequencer }) => sequencer);
    expect(first?.localeCompare(second ?? '')).toBe(-1);
  });

  it('uses its clock for the time of objects', async () => {
    const Bucket = await endpoint.createBucket({ versioned: false });
    await endpoint.client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));

    const { LastModified } = await endpoint.client.send(new GetObjectCommand({ Bucket, Key: 'k' }));

    expect(LastModified).toEqual(new Date('2026-11-19T02:15:00Z'));
  });

  it('does not disable versioning', async () => {
    const name = await endpoint.createBucket({ versioned: true });

    expect(() => endpoint.service.createBucket({ name, versioned: false })).toThrow('cannot be disabled');
  });
});

async function listFiles({ folder }: LocalEndpoint, name: string): Promise<string[]> {
  return await readdir(join(folder, name));
}

/** Blobs are removed after the reply. */
async function waitUntilEmpty(endpoint: LocalEndpoint, name: string): Promise<void> {
  await waitUntil({
    what: `${name} is empty`,
    check: async () => (await listFiles(endpoint, name)).length === 0,
  });
}
