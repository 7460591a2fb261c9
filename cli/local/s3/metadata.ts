import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './errors.ts';

/** The headers of an object that come back with it: its content headers and its metadata, by lower-case name. */
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
 * What of the request's headers belongs to the object.
 * @throws S3Error MetadataTooLarge.
 */
export function storedHeaders(headers: IncomingHttpHeaders): StoredHeaders {
  const stored: Record<string, string> = { 'content-type': 'application/octet-stream' };
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') continue;
    if (name.startsWith(metadataPrefix)) {
      const text = decodeWords(value);
      metadataBytes += Buffer.byteLength(name.slice(metadataPrefix.length)) + Buffer.byteLength(text);
      stored[name] = encodeWord(text);
    } else if (name === 'content-encoding') {
      // How the bytes travelled is not how they are stored.
      const stays = value.split(',').filter((each) => each.trim().toLowerCase() !== 'aws-chunked');
      if (stays.join().trim() !== '') stored[name] = stays.join().trim();
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
 * S3 decodes values by RFC 2047 before storing, and reads any other byte beyond ASCII as one Latin-1 character: the UTF-8 bytes
 * that most clients send do not come back as the text they were ("Working with object metadata", user-defined metadata).
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

/** Text beyond ASCII is returned as one RFC 2047 word: Q where most of it is ASCII, else B, as S3 chooses. */
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
