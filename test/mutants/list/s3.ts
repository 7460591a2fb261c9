import { type Mutant, mutantsOf } from '../mutant.ts';

const writer = 'test/contract/s3/upload/object-writer.test.ts';
const integrity = 'test/contract/s3/upload/object-writer-integrity.test.ts';
const reading = 'test/contract/s3/read-range.test.ts';
const lost = 'test/contract/s3/lost-answers.test.ts';
const publish = 'test/contract/s3/upload/complete-upload.test.ts';

/** What makes an object visible, and whose it is. */
export const s3Mutants: readonly Mutant[] = [
  ...mutantsOf(
    'lambdas/s3/upload/put-object.ts',
    [integrity, writer],
    [
      {
        name: 'Puts an object without its CRC',
        find: '        ChecksumCRC32: put.checksum,\n',
        replace: '',
      },
      {
        name: 'Puts an object over another one',
        find: '        ...preconditionHeaders(put.precondition),\n',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/s3/upload/multipart-requests.ts',
    [integrity, writer, publish],
    [
      {
        name: 'Completes an upload without the CRC of the whole',
        find: '        ChecksumCRC32: whole.checksum,\n',
        replace: '',
      },
      {
        name: 'Completes an upload over another object',
        find: '        ...preconditionHeaders(whole.precondition),\n',
        replace: '',
      },
      {
        name: 'Aborts the upload that it keeps',
        find: 'if (Key !== key || UploadId === undefined || UploadId === keptUploadId) continue;',
        replace: 'if (Key !== key || UploadId === undefined) continue;',
      },
      {
        name: 'Aborts uploads of objects whose key only begins like this one',
        find: 'if (Key !== key || UploadId === undefined || UploadId === keptUploadId) continue;',
        replace: 'if (UploadId === undefined || UploadId === keptUploadId) continue;',
      },
      {
        name: 'Lists the first page of an upload’s parts only',
        find: 'marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;',
        replace: 'marker = undefined;',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/s3/upload/object-writer.ts',
    [writer],
    [
      {
        name: 'Publishes after a write has failed',
        find: '    this.#throwIfEnded();\n    const checksum',
        replace: '    const checksum',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/s3/upload/multipart-upload.ts',
    [writer],
    [
      {
        name: 'Completes an upload although a part has failed',
        find: '    if (this.#error !== undefined) throw this.#error;\n    const parts',
        replace: '    const parts',
      },
      {
        name: 'Completes an upload with its parts in the order of their answers',
        find: 'this.#parts.toSorted((a, b) => a.number - b.number)',
        replace: 'this.#parts.toSorted(() => 0)',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/s3/upload/publish-once.ts',
    [lost, writer, publish],
    [
      {
        name: 'Takes an object with other bytes as its own success',
        find: '!hasBytes(current, own) || ',
        replace: '',
      },
      {
        name: 'Takes somebody else’s object as its own success',
        find: ' || !own.isOwnObject(current))',
        replace: ')',
      },
      {
        name: 'Takes its own success for a conflict',
        find: "cause.kind !== 'conflict') throw cause;",
        replace: "cause.kind === 'conflict') throw cause;",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/s3/source-metadata.ts',
    ['test/contract/s3/upload/object-writer-metadata.test.ts'],
    [
      {
        name: 'Replaces an object that comes from elsewhere',
        find: "return 'foreign';",
        replace: "return 'same-file';",
      },
      {
        name: 'Adopts an object by its size alone',
        find: "  if (modified === undefined && unique === undefined) return 'same-file';\n",
        replace: '',
      },
      {
        name: 'Adopts an earlier version of the file',
        find: "return isSame('ftps-fingerprint') ? 'same-version' : 'same-file';",
        replace: "return 'same-version';",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/s3/read-range.ts',
    [reading],
    [
      {
        name: 'Reads a range of a document that was replaced',
        find: '        ...(etag === undefined ? {} : { IfMatch: etag }),\n',
        replace: '',
      },
      {
        name: 'Takes fewer bytes than the range has',
        find: 'if (filled === length) return',
        replace: 'if (filled <= length) return',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/s3/upload/memory-budget.ts',
    ['test/contract/s3/upload/object-writer-memory.test.ts', 'test/unit/s3/upload/memory-budget.test.ts'],
    [
      {
        name: 'Grants more memory than the budget has',
        find: 'next !== undefined && next.bytes <= this.#freeBytes;',
        replace: 'next !== undefined;',
      },
    ],
  ),
];
