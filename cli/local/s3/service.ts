import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Address, parseAddress } from './address.ts';
import { S3Error } from './errors.ts';
import { listBuckets } from './operations/buckets.ts';
import { type Reply, sendReply } from './reply.ts';
import { findOperation } from './routes.ts';
import { type ObjectCreated, openStore, type Store } from './store.ts';
import { xmlDocument } from './xml.ts';

interface S3Options {
  /** Where objects live. One server at a time; it survives the end of the process, a kill included. */
  readonly folder: string;
  readonly now: () => Date;
  /** Called once an object is durable and visible, before its writer has the answer. Must not throw. */
  readonly onEvent?: (event: ObjectCreated) => void;
}

export interface S3Service {
  /**
   * Answers one request. To be mounted in a server whose `requestTimeout` is 0, or slow uploads end after five minutes.
   * Never rejects: a fault of ours is answered with 500 and its message.
   */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Makes the bucket, or leaves it as it is; versioning can be switched on, not off. */
  createBucket(bucket: { readonly name: string; readonly versioned: boolean }): void;
  /** Closes the index. Requests still running fail, and nothing of them becomes visible. */
  close(): void;
}

/**
 * The operations of Amazon S3 that the product uses, path style, on local disk. Requests must carry credentials, but no
 * signature is verified: there is nobody here to tell apart. Not emulated: access rules, encryption, lifecycle, replication,
 * throttling.
 * @throws Error where the folder cannot be opened, or another server has it open.
 */
export function createS3({ folder, now, onEvent = () => {} }: S3Options): S3Service {
  const store = openStore({ folder, now, onEvent });
  let isClosed = false;
  return {
    serve: async (request, response) => {
      const requestId = randomBytes(8).toString('hex').toUpperCase();
      response.setHeader('x-amz-request-id', requestId);
      const reply = await (isClosed ? Promise.reject(closed()) : answer(request, store)).catch(
        (error: unknown) => errorReply(error, { path: request.url ?? '', requestId }),
      );
      if (response.destroyed) return;
      // The client went away, or the blobs did: either way the connection is cut already, and nobody is left to be told.
      await sendReply(response, reply).catch(() => response.destroy());
    },
    createBucket: ({ name, versioned }) => {
      store.buckets.create({ name, isVersioned: versioned, created: now() });
    },
    close: () => {
      isClosed = true;
      store.database.close();
    },
  };
}

async function answer(request: IncomingMessage, store: Store): Promise<Reply> {
  const address = parseAddress(request.url ?? '/');
  assertCredentials(request, address);
  const { method = 'GET', headers } = request;
  const { bucket: name, key, query } = address;
  if (name === '' && method === 'GET') return listBuckets(store);
  const operation = findOperation({ method, target: key === '' ? 'bucket' : 'object', query, headers });
  const bucket = store.buckets.find(name);
  if (bucket === undefined) {
    throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', {
      fields: { BucketName: name },
    });
  }
  return await operation({ request, headers, query, bucket, key }, store);
}

/** S3 denies anonymous requests to buckets that are not public: a client without credentials is a mistake worth showing. */
function assertCredentials(request: IncomingMessage, { query }: Address): void {
  const isSigned = request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=') === true;
  if (!isSigned && !query.has('X-Amz-Credential')) throw new S3Error('AccessDenied', 'Access Denied');
}

function closed(): S3Error {
  return new S3Error('ServiceUnavailable', 'The local S3 has been closed.');
}

function errorReply(error: unknown, { path, requestId }: { path: string; requestId: string }): Reply {
  const s3Error =
    error instanceof S3Error ? error : new S3Error('InternalError', String(error), { cause: error });
  const { code, message, status, fields, headers } = s3Error;
  const content = { Code: code, Message: message, ...fields, Resource: path, RequestId: requestId };
  return {
    status,
    headers: { ...headers, 'content-type': 'application/xml' },
    body: xmlDocument('Error', content),
  };
}
