import { createHash } from 'node:crypto';
import { type RunningChecksum, startCrc32, startCrc32c, startCrc64Nvme } from '../crc/crc.ts';
import { combineCrcs, type PartCrc } from '../crc/crc-combine.ts';
import { S3Error } from './s3-error.ts';

export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** FULL_OBJECT covers the bytes of the object, COMPOSITE the checksums of its parts. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/**
 * The checksum that S3 stores with an object. `value` is base64; COMPOSITE adds `-` and the number of parts.
 */
export interface ObjectChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  readonly value: string;
}

/**
 * The algorithm that S3 uses when the client sends no checksum ("Checking object integrity", default
 * checksum).
 */
export const defaultAlgorithm: ChecksumAlgorithm = 'CRC64NVME';

/** Starts a checksum over streamed bytes. */
export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case 'CRC32':
      return startCrc32();
    case 'CRC32C':
      return startCrc32c();
    case 'CRC64NVME':
      return startCrc64Nvme();
    case 'SHA1':
      return createHash('sha1');
    case 'SHA256':
      return createHash('sha256');
  }
  return algorithm satisfies never;
}

const digestBytes: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** @throws S3Error InvalidRequest when the value is not a base64 digest of the algorithm. */
export function parseDigest(algorithm: ChecksumAlgorithm, base64: string): Buffer {
  const digest = Buffer.from(base64, 'base64');
  if (digest.length !== digestBytes[algorithm] || digest.toString('base64') !== base64) {
    throw new S3Error('InvalidRequest', `Value for ${checksumHeader(algorithm)} header is invalid.`);
  }
  return digest;
}

/** @throws S3Error InvalidRequest for an unknown algorithm. */
export function parseAlgorithm(name: string): ChecksumAlgorithm {
  const found = checksumAlgorithms.find((each) => each === name.toUpperCase());
  if (found !== undefined) return found;
  throw new S3Error(
    'InvalidRequest',
    `Checksum algorithm ${name} is not one of ${checksumAlgorithms.join(', ')}.`,
  );
}

/**
 * The checksum type of a multipart upload: the requested type, or the default of the algorithm.
 * @throws S3Error InvalidRequest for the pairs that S3 refuses: a full-object hash, a composite CRC64NVME.
 */
export function multipartChecksumType(
  algorithm: ChecksumAlgorithm,
  requested: string | undefined,
): ChecksumType {
  const type = requested ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const isHash = algorithm === 'SHA1' || algorithm === 'SHA256';
  if (type === 'FULL_OBJECT' && !isHash) return type;
  if (type === 'COMPOSITE' && algorithm !== 'CRC64NVME') return type;
  throw new S3Error(
    'InvalidRequest',
    `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}

/** The checksum of an object from those of its parts in order, without reading the bytes again. */
export function combineChecksums(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: readonly PartCrc[],
): ObjectChecksum {
  if (type === 'FULL_OBJECT' && algorithm !== 'SHA1' && algorithm !== 'SHA256') {
    return { algorithm, type, value: combineCrcs(algorithm, parts).toString('base64') };
  }
  const checksum = startChecksum(algorithm);
  for (const part of parts) checksum.update(part.digest);
  return { algorithm, type: 'COMPOSITE', value: `${checksum.digest().toString('base64')}-${parts.length}` };
}
