import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
} from '@aws-sdk/client-s3';
import type { Bucket } from '../../../lambdas/s3/bucket.ts';

/** One version of an object. */
export interface StoredVersion {
  readonly versionId: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** All versions under the prefix, by key without the prefix, the newest first. */
export async function storedVersions(
  bucket: Bucket,
  prefix: string,
): Promise<ReadonlyMap<string, readonly StoredVersion[]>> {
  const objects = new Map<string, StoredVersion[]>();
  for await (const { Key = '', VersionId = '' } of listVersions(bucket, prefix)) {
    const path = Key.slice(prefix.length);
    const version = await readVersion(bucket, Key, VersionId);
    objects.set(path, [...(objects.get(path) ?? []), version]);
  }
  return objects;
}

async function* listVersions({ client, name }: Bucket, prefix: string): AsyncGenerator<ObjectVersion> {
  let after: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } | undefined = {};
  while (after !== undefined) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ Bucket: name, Prefix: prefix, ...after }),
    );
    yield* page.Versions ?? [];
    const { NextKeyMarker: KeyMarker = '', NextVersionIdMarker: VersionIdMarker = '' } = page;
    after = page.IsTruncated === true ? { KeyMarker, VersionIdMarker } : undefined;
  }
}

async function readVersion(bucket: Bucket, Key: string, VersionId: string): Promise<StoredVersion> {
  const { Body } = await bucket.client.send(new GetObjectCommand({ Bucket: bucket.name, Key, VersionId }));
  if (!(Body instanceof Readable)) throw new Error(`${Key} has no body`);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of Body) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { versionId: VersionId, sizeBytes, sha256: hash.digest('hex') };
}

/** The keys of open multipart uploads. */
export async function openUploads(bucket: Bucket, prefix: string): Promise<readonly string[]> {
  const command = new ListMultipartUploadsCommand({ Bucket: bucket.name, Prefix: prefix });
  const { Uploads = [] } = await bucket.client.send(command);
  return Uploads.map(({ Key = '' }) => Key);
}
