import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { combinePartCrcs, crcToBase64 } from '../../../../lambdas/s3/upload/crc32.ts';
import { combineCrcs } from '../../../../local/s3/crc/crc-combine.ts';

const toPart = (bytes: Uint8Array) => ({ sizeBytes: bytes.length, crc32: crcToBase64(crc32(bytes)) });

it('the CRC combined from parts is that of their bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (parts) => {
      expect(combinePartCrcs(parts.map(toPart))).toBe(crcToBase64(crc32(Buffer.concat(parts))));
    }),
  );
});

it('the CRC of an object of terabytes is that of another method', () => {
  const partSize = fc.integer({ min: 1, max: 5 * 1024 ** 4 });
  const part = fc.record({ value: fc.integer({ min: 0, max: 0xffffffff }), sizeBytes: partSize });

  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const ours = parts.map(({ value, sizeBytes }) => ({ crc32: crcToBase64(value), sizeBytes }));
      const theirs = parts.map(({ value, sizeBytes }) => {
        return { digest: Buffer.from(crcToBase64(value), 'base64'), sizeBytes };
      });

      expect(combinePartCrcs(ours)).toBe(combineCrcs('CRC32', theirs).toString('base64'));
    }),
  );
});
