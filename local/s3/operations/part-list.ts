import { checksumAlgorithms } from '../protocol/checksums.ts';
import { S3Error } from '../protocol/s3-error.ts';
import { childText, parseXml, type XmlNode } from '../protocol/xml.ts';
import { unquote } from '../store/conditions.ts';
import type { Part, Upload } from '../store/upload-index.ts';
import { checksumElement } from './object-headers.ts';

/** A part in the request that completes an upload. */
export interface NamedPart {
  readonly number: number;
  readonly etag: string;
  /** In base64, by algorithm; empty when the client sent none. */
  readonly checksums: ReadonlyMap<string, string>;
}

/** "Amazon S3 multipart upload limits": the minimum size of every part except the last. */
const minPartBytes = 5 * 1024 * 1024;

/**
 * The parts of a CompleteMultipartUpload document, in order.
 * @throws S3Error MalformedXML; InvalidPartOrder when the numbers do not ascend.
 */
export function parsePartList(document: string): readonly NamedPart[] {
  const parts = parseXml(document, 'CompleteMultipartUpload').children.map(parsePart);
  if (parts.length === 0) throw new S3Error('MalformedXML', 'You must specify at least one part');
  let previous = 0;
  for (const { number } of parts) {
    if (number <= previous) {
      throw new S3Error(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
      );
    }
    previous = number;
  }
  return parts;
}

/**
 * The stored parts that the client named.
 * @throws S3Error InvalidPart when one is missing or differs; EntityTooSmall; InvalidRequest when a part has
 * no checksum and the upload needs it.
 */
export function chooseParts(
  upload: Upload,
  stored: readonly Part[],
  named: readonly NamedPart[],
): readonly Part[] {
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  return named.map((name, index) => {
    const part = byNumber.get(name.number);
    if (part === undefined || part.etag !== name.etag || contradicts(upload, part, name))
      throw invalidPart(upload, name);
    if (part.sizeBytes < minPartBytes && index < named.length - 1) {
      throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
        fields: {
          ProposedSize: String(part.sizeBytes),
          MinSizeAllowed: String(minPartBytes),
          PartNumber: String(part.number),
          ETag: part.etag,
        },
      });
    }
    return part;
  });
}

function contradicts(upload: Upload, part: Part, { number, checksums }: NamedPart): boolean {
  if (upload.checksumType === 'COMPOSITE' && !checksums.has(upload.algorithm)) {
    throw new S3Error(
      'InvalidRequest',
      `The upload was created using a ${upload.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
    );
  }
  if (!upload.isChecksumRequested) return checksums.size > 0;
  const expected = part.digest.toString('base64');
  return Array.from(checksums).some(([name, value]) => name !== upload.algorithm || value !== expected);
}

function invalidPart(upload: Upload, { number, etag }: NamedPart): S3Error {
  return new S3Error(
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { fields: { UploadId: upload.id, PartNumber: String(number), ETag: etag } },
  );
}

function parsePart(node: XmlNode): NamedPart {
  const number = childText(node, 'PartNumber')?.trim() ?? '';
  const etag = childText(node, 'ETag');
  if (node.name !== 'Part' || !/^\d{1,5}$/.test(number) || etag === undefined) {
    throw new S3Error(
      'MalformedXML',
      'A Part of the CompleteMultipartUpload document has no PartNumber or no ETag.',
    );
  }
  const checksums = new Map<string, string>();
  for (const algorithm of checksumAlgorithms) {
    const value = childText(node, checksumElement(algorithm));
    if (value !== undefined) checksums.set(algorithm, value);
  }
  return { number: Number(number), etag: unquote(etag), checksums };
}
