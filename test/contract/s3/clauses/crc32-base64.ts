import { crc32 } from 'node:zlib';

/** The CRC-32 of the bytes, big-endian, in base64. */
export function crc32Base64(content: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(content));
  return bytes.toString('base64');
}
