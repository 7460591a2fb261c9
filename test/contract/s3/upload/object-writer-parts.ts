import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { ListMultipartUploadsCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { ObjectKey } from '../../../../lambdas/core/path/object-key.ts';
import { partSizeBytes } from '../../../../lambdas/core/plan/part-size.ts';
import type { Bucket } from '../../../../lambdas/s3/bucket.ts';
import { MemoryBudget, type MemoryReservation } from '../../../../lambdas/s3/upload/memory-budget.ts';
import { ObjectWriter, type ObjectWriterOptions } from '../../../../lambdas/s3/upload/object-writer.ts';
import type { LocalEndpoint } from '../../local/s3/local-endpoint.ts';

export const mebibyte = 1024 * 1024;
export const partBytes = partSizeBytes(0);

export const objectKey = (key: string) => key as ObjectKey;

/** A budget that records how much is held. */
export class WatchedBudget extends MemoryBudget {
  readonly #totalBytes: number;
  heldBytes = 0;
  mostBytes = 0;

  constructor(totalBytes: number) {
    super(totalBytes);
    this.#totalBytes = totalBytes;
  }

  override async reserve(bytes: number): Promise<MemoryReservation> {
    const granted = Math.min(bytes, this.#totalBytes);
    const share = await super.reserve(bytes);
    this.heldBytes += granted;
    this.mostBytes = Math.max(this.mostBytes, this.heldBytes);
    let counted = granted;
    const givenBack = () => {
      this.heldBytes -= counted;
      counted = 0;
    };
    return {
      buffer: share.buffer,
      release: () => {
        givenBack();
        share.release();
      },
      recycle: () => {
        givenBack();
        share.recycle();
      },
    };
  }
}

export async function newBucket(endpoint: LocalEndpoint): Promise<Bucket> {
  return { name: await endpoint.createBucket({ versioned: true }), client: endpoint.client };
}

export function writerOf(bucket: Bucket, changes: Partial<ObjectWriterOptions> = {}): ObjectWriter {
  return new ObjectWriter({
    bucket,
    key: objectKey('acme/a.csv'),
    expectedBytes: 0,
    metadata: { 'ftps-run': 'run-1' },
    precondition: { kind: 'absent' },
    budget: new MemoryBudget(64 * mebibyte),
    ...changes,
  });
}

export async function writeAll(writer: ObjectWriter, content: Buffer, chunkBytes = mebibyte): Promise<void> {
  for (let from = 0; from < content.length; from += chunkBytes) {
    await writer.write(content.subarray(from, from + chunkBytes));
  }
}

/** Bytes that are unique to a test. */
export function content(sizeBytes: number): Buffer {
  const seed = randomBytes(Math.min(sizeBytes, 64 * 1024 - 1));
  return Buffer.alloc(sizeBytes, seed);
}

export async function openUploads({ name, client }: Bucket): Promise<number> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name }));
  return Uploads.length;
}

/** A client whose requests no other test sees. It retries, like the product's. */
function ownClient(endpoint: LocalEndpoint): S3Client {
  return new S3Client({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
    maxAttempts: 3,
  });
}

/** The bucket behind a connection that fails once: the request is processed, and its response is lost. */
export function losingFirstAnswer(bucket: Bucket, endpoint: LocalEndpoint, command: string): Bucket {
  const client = ownClient(endpoint);
  let isLost = false;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      if (isLost || context.commandName !== command) return answer;
      isLost = true;
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    },
    { step: 'deserialize', name: 'losingFirstAnswer', priority: 'high' },
  );
  return { name: bucket.name, client };
}

/**
 * The bucket with a policy that denies one part, once the parts before it are stored and its sender has gone
 * on, and the commands that were sent to it.
 */
export function refusingPart(bucket: Bucket, endpoint: LocalEndpoint, number: number) {
  const client = ownClient(endpoint);
  const sent: string[] = [];
  const others: Promise<unknown>[] = [];
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        sent.push(commandName);
        if ('PartNumber' in args.input && args.input.PartNumber === number) {
          await Promise.allSettled(others);
          await setImmediate();
          throw accessDenied();
        }
        const answer = next(args);
        others.push(answer);
        return await answer;
      },
    { step: 'initialize', name: 'refusingPart' },
  );
  return { bucket: { name: bucket.name, client }, sent };
}

function accessDenied(): Error {
  return new S3ServiceException({
    name: 'AccessDenied',
    message: 'Access Denied',
    $fault: 'client',
    $metadata: { httpStatusCode: 403 },
  });
}
