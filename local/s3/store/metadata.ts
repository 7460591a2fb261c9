import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from '../protocol/s3-error.ts';

/**
 * The headers that are stored and returned with an object: content headers and metadata, by lower-case name.
 */
export type StoredHeaders = Readonly<Record<string, string>>;

const contentHeaders = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];
const metadataPrefix = 'x-amz-meta-';

/** "Working with object metadata": names and values together, in UTF-8. */
const maxMetadataBytes = 2 * 1024;

/**
 * The headers of the request that are stored with the object.
 * @throws S3Error MetadataTooLarge.
 */
export function selectStoredHeaders(headers: IncomingHttpHeaders): StoredHeaders {
  const stored: Record<string, string> = { 'content-type': 'application/octet-stream' };
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') continue;
    if (name.startsWith(metadataPrefix)) {
      const text = decodeWords(value);
      metadataBytes += Buffer.byteLength(name.slice(metadataPrefix.length)) + Buffer.byteLength(text);
      stored[name] = encodeWord(text);
    } else if (name === 'content-encoding') {
      // aws-chunked only applies to the transfer.
      const encodings = value.split(',').filter((each) => each.trim().toLowerCase() !== 'aws-chunked');
      if (encodings.join().trim() !== '') stored[name] = encodings.join().trim();
    } else if (contentHeaders.includes(name) && value !== '') {
      stored[name] = value;
    }
  }
  if (metadataBytes <= maxMetadataBytes) return stored;
  throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
    fields: { Size: String(metadataBytes), MaxSizeAllowed: String(maxMetadataBytes) },
  });
}

/**
 * S3 decodes values by RFC 2047 and reads every other non-ASCII byte as Latin-1. The UTF-8 text that most
 * clients send therefore comes back changed ("Working with object metadata", user-defined metadata).
 */
function decodeWords(value: string): string {
  return value
    .replace(/(\?=)[ \t]+(?==\?)/g, '$1')
    .replace(/=\?utf-8\?([bq])\?([^?\s]*)\?=/gi, (_, encoding: string, text: string) =>
      encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64').toString() : decodeQ(text),
    );
}

function decodeQ(text: string): string {
  const bytes = text
    .replaceAll('_', ' ')
    .replace(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** S3 returns non-ASCII text as one RFC 2047 word: Q encoding if most of it is ASCII, otherwise B. */
function encodeWord(text: string): string {
  const plain = text.match(/[\x20-\x7e]/g)?.length ?? 0;
  if (plain === text.length) return text;
  const bytes = Buffer.from(text);
  if (plain <= text.length - plain) return `=?UTF-8?B?${bytes.toString('base64')}?=`;
  const quoted = bytes
    .toString('latin1')
    .replace(
      /[^\w !*+\-/]|_/g,
      (byte) => `=${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .replaceAll(' ', '_');
  return `=?UTF-8?Q?${quoted}?=`;
}
