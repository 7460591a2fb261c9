import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listBuckets } from './operations/buckets.ts';
import { type Address, parseAddress } from './protocol/address.ts';
import { type Reply, sendReply } from './protocol/reply.ts';
import { S3Error } from './protocol/s3-error.ts';
import { xmlDocument } from './protocol/xml.ts';
import { findOperation } from './routes.ts';
import { type ObjectCreated, openStore, type Store } from './store/store.ts';

interface S3Options {
  /** The folder of the objects, for one server at a time. Its content survives a kill. */
  readonly folder: string;
  readonly now: () => Date;
  /** Called when an object is stored and visible, before its writer receives the reply. It must not throw. */
  readonly onEvent?: (event: ObjectCreated) => void;
}

export interface S3Service {
  /**
   * Answers one request. The server must have a `requestTimeout` of 0, or slow uploads end after five
   * minutes. Never rejects: an internal error is answered with 500 and its message.
   */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Creates the bucket if it does not exist. Versioning can be enabled, not disabled. */
  createBucket(bucket: { readonly name: string; readonly versioned: boolean }): void;
  /** Closes the index. Running requests fail, and nothing of them becomes visible. */
  close(): void;
}

/**
 * The operations of Amazon S3 that the product uses, path-style, on local disk. Requests must have
 * credentials, but signatures are not verified. Not emulated: access policies, encryption, lifecycle,
 * replication, throttling.
 * @throws Error when the folder cannot be opened, for example because another server has it open.
 */
export function createS3({ folder, now, onEvent = () => {} }: S3Options): S3Service {
  const store = openStore({ folder, now, onEvent });
  let isClosed = false;
  return {
    serve: async (request, response) => {
      const requestId = randomBytes(8).toString('hex').toUpperCase();
      response.setHeader('x-amz-request-id', requestId);
      const reply = await (isClosed ? Promise.reject(closedError()) : answer(request, store)).catch(
        (error: unknown) => errorReply(error, { path: request.url ?? '', requestId }),
      );
      if (response.destroyed) return;
      // The client has disconnected or a blob cannot be read. The connection is closed already.
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

/**
 * S3 denies anonymous requests to private buckets, so a client without credentials must fail here too.
 */
function assertCredentials(request: IncomingMessage, { query }: Address): void {
  const isSigned = request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=') === true;
  if (!isSigned && !query.has('X-Amz-Credential')) throw new S3Error('AccessDenied', 'Access Denied');
}

function closedError(): S3Error {
  return new S3Error('ServiceUnavailable', 'The local stack is closed.');
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
