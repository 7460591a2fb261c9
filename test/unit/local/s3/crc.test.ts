import { describe, expect, it } from 'vitest';
import {
  type RunningChecksum,
  startCrc32,
  startCrc32c,
  startCrc64Nvme,
} from '../../../../local/s3/crc/crc.ts';
import { combineCrcs } from '../../../../local/s3/crc/crc-combine.ts';

const start: Readonly<Record<'CRC32' | 'CRC32C' | 'CRC64NVME', () => RunningChecksum>> = {
  CRC32: startCrc32,
  CRC32C: startCrc32c,
  CRC64NVME: startCrc64Nvme,
};

function ascending(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => index & 0xff));
}

/**
 * Published values: the check value of each CRC is that of '123456789' in the catalogue of parametrised CRC
 * algorithms (reveng.sourceforge.io); the others are from RFC 3720, appendix B.4, and from the NVM Express
 * base specification, 64b CRC test cases.
 */
const vectors: readonly [keyof typeof start, string, Buffer, string][] = [
  ['CRC32', "'123456789'", Buffer.from('123456789'), 'cbf43926'],
  ['CRC32', 'a pangram', Buffer.from('The quick brown fox jumps over the lazy dog'), '414fa339'],
  ['CRC32C', "'123456789'", Buffer.from('123456789'), 'e3069283'],
  ['CRC32C', '32 bytes of zeros', Buffer.alloc(32), '8a9136aa'],
  ['CRC32C', '32 bytes of ones', Buffer.alloc(32, 0xff), '62a8ab43'],
  ['CRC32C', '32 ascending bytes', ascending(32), '46dd794e'],
  ['CRC32C', '32 descending bytes', ascending(32).reverse(), '113fdb5c'],
  ['CRC64NVME', "'123456789'", Buffer.from('123456789'), 'ae8b14860a799888'],
  ['CRC64NVME', '4,096 bytes of zeros', Buffer.alloc(4096), '6482d367eb22b64e'],
  ['CRC64NVME', '4,096 bytes of ones', Buffer.alloc(4096, 0xff), 'c0ddba7302eca3ac'],
  ['CRC64NVME', '4,096 ascending bytes', ascending(4096), '3e729f5f6750449c'],
  ['CRC64NVME', '4,096 descending bytes', ascending(4096).reverse(), '9a2df64b8e9e517e'],
];

describe('A CRC', () => {
  it.each(vectors)('%s of %s is the published value', (name, _, bytes, expected) => {
    const checksum = start[name]();

    checksum.update(bytes);

    expect(checksum.digest().toString('hex')).toBe(expected);
  });

  it.each(vectors)('%s of %s follows from two parts, wherever they are split', (name, _, bytes, expected) => {
    for (let split = 0; split <= bytes.length; split += Math.ceil(bytes.length / 64)) {
      const parts = [bytes.subarray(0, split), bytes.subarray(split)].map((part) => {
        const checksum = start[name]();
        checksum.update(part);
        return { digest: checksum.digest(), sizeBytes: part.length };
      });

      expect(combineCrcs(name, parts).toString('hex')).toBe(expected);
    }
  });

  it('of one part is the CRC of the part', () => {
    const digest = Buffer.from('00000001', 'hex');

    expect(combineCrcs('CRC32', [{ digest, sizeBytes: 7 }])).toEqual(digest);
  });

  it('follows from parts of different sizes', () => {
    const bytes = Buffer.from('The quick brown fox jumps over the lazy dog');
    const parts = [
      [0, 3],
      [3, 3],
      [3, 20],
      [20, 43],
    ].map(([from, to]) => {
      const checksum = startCrc32();
      checksum.update(bytes.subarray(from, to));
      return { digest: checksum.digest(), sizeBytes: (to ?? 0) - (from ?? 0) };
    });

    expect(combineCrcs('CRC32', parts).toString('hex')).toBe('414fa339');
  });
});
