import type { IncomingHttpHeaders } from 'node:http';
import type { Operation } from './call.ts';
import { S3Error } from './errors.ts';
import { abortMultipartUpload } from './operations/abort-upload.ts';
import { getBucketLocation, getBucketVersioning, headBucket } from './operations/buckets.ts';
import { completeMultipartUpload } from './operations/complete-upload.ts';
import { createMultipartUpload } from './operations/create-upload.ts';
import { deleteObject, deleteObjects } from './operations/delete-object.ts';
import { getObject, headObject } from './operations/get-object.ts';
import { listObjectsV2 } from './operations/list-objects.ts';
import { listParts } from './operations/list-parts.ts';
import { listMultipartUploads } from './operations/list-uploads.ts';
import { listObjectVersions } from './operations/list-versions.ts';
import { putObject } from './operations/put-object.ts';
import { getObjectTagging, putObjectTagging } from './operations/tagging.ts';
import { uploadPart } from './operations/upload-part.ts';

interface Route {
  readonly method: string;
  readonly target: 'bucket' | 'object';
  /** Query parameters that tell this operation from others of its method. */
  readonly needs: readonly string[];
  readonly allows: readonly string[];
  /** The conditional headers (RFC 9110, 13.1) that the operation honours; with another one it is refused, not done. */
  readonly conditions: readonly string[];
  readonly operation: Operation;
}

const reads = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];
const writes = ['if-match', 'if-none-match'];
const page = ['prefix', 'encoding-type', 'key-marker'];
const listing = [
  'prefix',
  'delimiter',
  'max-keys',
  'encoding-type',
  'continuation-token',
  'start-after',
  'fetch-owner',
];

/** Every operation served. What is not here is answered with 501, never with something near it. */
const routes: readonly Route[] = [
  route('GET bucket', getBucketLocation, { needs: ['location'] }),
  route('GET bucket', getBucketVersioning, { needs: ['versioning'] }),
  route('GET bucket', listObjectsV2, { needs: ['list-type'], allows: listing }),
  route('GET bucket', listObjectVersions, {
    needs: ['versions'],
    allows: [...page, 'max-keys', 'version-id-marker'],
  }),
  route('GET bucket', listMultipartUploads, {
    needs: ['uploads'],
    allows: [...page, 'max-uploads', 'upload-id-marker'],
  }),
  route('HEAD bucket', headBucket, {}),
  route('POST bucket', deleteObjects, { needs: ['delete'] }),
  route('GET object', getObject, { allows: ['versionId'], conditions: reads }),
  route('GET object', getObjectTagging, { needs: ['tagging'], allows: ['versionId'] }),
  route('GET object', listParts, { needs: ['uploadId'], allows: ['max-parts', 'part-number-marker'] }),
  route('HEAD object', headObject, { allows: ['versionId'], conditions: reads }),
  route('PUT object', putObject, { conditions: writes }),
  route('PUT object', putObjectTagging, { needs: ['tagging'], allows: ['versionId'] }),
  route('PUT object', uploadPart, { needs: ['partNumber', 'uploadId'] }),
  route('POST object', createMultipartUpload, { needs: ['uploads'] }),
  route('POST object', completeMultipartUpload, { needs: ['uploadId'], conditions: writes }),
  route('DELETE object', deleteObject, { allows: ['versionId'], conditions: ['if-match'] }),
  route('DELETE object', abortMultipartUpload, { needs: ['uploadId'] }),
];

function route(
  request: `${string} ${Route['target']}`,
  operation: Operation,
  { needs = [], allows = [], conditions = [] }: Partial<Pick<Route, 'needs' | 'allows' | 'conditions'>>,
): Route {
  const [method = '', target] = request.split(' ');
  return { method, target: target === 'bucket' ? 'bucket' : 'object', needs, allows, conditions, operation };
}

interface Asked {
  readonly method: string;
  readonly target: Route['target'];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** @throws S3Error NotImplemented naming the operation, the query or the header that this server does not serve. */
export function findOperation({ method, target, query, headers }: Asked): Operation {
  const parameters = Array.from(query.keys()).filter((name) => !signing.test(name));
  const found = routes.find(
    (each) =>
      each.method === method &&
      each.target === target &&
      each.needs.every((name) => parameters.includes(name)) &&
      parameters.every((name) => each.needs.includes(name) || each.allows.includes(name)),
  );
  if (found === undefined || query.get('list-type') === '1') {
    const name = query.get('x-id') ?? `${method} of ${target === 'object' ? 'an object' : 'a bucket'}`;
    const suffix = parameters.length === 0 ? '' : ` with ${parameters.join(', ')}`;
    throw notImplemented(`${name}${suffix}`);
  }
  for (const name of Object.keys(headers)) {
    const isCondition = name.startsWith('if-');
    if (isCondition && !found.conditions.includes(name)) throw notImplemented(`header ${name} in ${method}`);
    if (name === 'x-amz-copy-source') throw notImplemented('CopyObject and UploadPartCopy');
    if (name.startsWith('x-amz-') && !known.test(name)) throw notImplemented(`header ${name}`);
  }
  return found.operation;
}

/** Names the operation for the client's log, and signs a URL; neither changes what is done. */
const signing =
  /^(?:x-id|X-Amz-(?:Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token|Content-Sha256))$/;

/** Headers that are honoured, or change nothing that this server could do: an unknown one may ask for anything. */
const known =
  /^x-amz-(?:meta-.*|checksum-.*|date|content-sha256|security-token|user-agent|sdk-checksum-algorithm|decoded-content-length|trailer|tagging|mp-object-size|expected-bucket-owner)$/;

function notImplemented(what: string): S3Error {
  return new S3Error('NotImplemented', `This local S3 does not serve ${what}.`);
}
