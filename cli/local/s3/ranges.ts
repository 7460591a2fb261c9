import { S3Error } from './errors.ts';

/** Bytes of an object: `end` is the first byte not included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The bytes a Range header asks for (RFC 9110, 14.1.2), or undefined for the whole object: without the header, and where it is
 * not one range in bytes, which a server may ignore (14.2); S3 does not answer several ranges at once.
 * @throws S3Error InvalidRange where no byte of the object is in the range; so does every range of an empty object.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const first = match?.[1] ?? '';
  const last = match?.[2] ?? '';
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const range =
    first === ''
      ? { start: Math.max(0, sizeBytes - Number(last)), end: sizeBytes }
      : { start: Number(first), end: last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1) };
  if (range.start < range.end) return range;
  throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
    fields: { RangeRequested: header ?? '', ActualObjectSize: String(sizeBytes) },
    headers: { 'content-range': `bytes */${sizeBytes}` },
  });
}
