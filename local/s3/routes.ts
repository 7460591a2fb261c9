import type { IncomingHttpHeaders } from 'node:http';
import { abortMultipartUpload } from './operations/abort-upload.ts';
import { getBucketLocation, getBucketVersioning, headBucket } from './operations/buckets.ts';
import type { Operation } from './operations/call.ts';
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
import { S3Error } from './protocol/s3-error.ts';

interface Route {
  readonly method: string;
  readonly target: 'bucket' | 'object';
  /** The query parameters that identify the operation among those with the same method. */
  readonly needs: readonly string[];
  readonly allows: readonly string[];
  /**
   * The conditional headers (RFC 9110, 13.1) that the operation supports. A request with another one is
   * refused.
   */
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

/** Every operation that is served. Any other request is answered with 501. */
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

interface RequestedOperation {
  readonly method: string;
  readonly target: Route['target'];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** @throws S3Error NotImplemented that names the operation, the query or the header that is not served. */
export function findOperation({ method, target, query, headers }: RequestedOperation): Operation {
  const parameters = Array.from(query.keys()).filter((name) => !ignoredParameters.test(name));
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
    if (name.startsWith('x-amz-') && !knownHeaders.test(name)) throw notImplemented(`header ${name}`);
  }
  return found.operation;
}

/** Parameters without an effect: the operation's name for logs, and the signature of a URL. */
const ignoredParameters =
  /^(?:x-id|X-Amz-(?:Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token|Content-Sha256))$/;

/** Headers that are supported or have no effect here. A request with another one is refused. */
const knownHeaders =
  /^x-amz-(?:meta-.*|checksum-.*|date|content-sha256|security-token|user-agent|sdk-checksum-algorithm|decoded-content-length|trailer|tagging|mp-object-size|expected-bucket-owner)$/;

function notImplemented(what: string): S3Error {
  return new S3Error('NotImplemented', `The local stack does not serve ${what}.`);
}
