/** S3 writes a CRC-32 as the base64 of its four bytes, most significant first. */
export function base64OfCrc(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString('base64');
}
