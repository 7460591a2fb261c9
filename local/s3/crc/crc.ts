import { crc32 } from 'node:zlib';
import { byteTable } from './crc-tables.ts';

/** A checksum over bytes in pieces. `digest` returns it in network order, which S3 encodes in base64. */
export interface RunningChecksum {
  update(chunk: Uint8Array): void;
  digest(): Buffer;
}

export function startCrc32(): RunningChecksum {
  let crc = 0;
  return {
    update: (chunk) => {
      crc = crc32(chunk, crc);
    },
    digest: () => toBytes(crc),
  };
}

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), one byte at a time. */
export function startCrc32c(): RunningChecksum {
  let crc = 0xffffffff;
  return {
    update: (chunk) => {
      // A local variable: one that outlives the call makes the loop several times slower.
      let value = crc;
      for (const byte of chunk) value = entryAt(crc32cTable, (value ^ byte) & 0xff) ^ (value >>> 8);
      crc = value;
    },
    digest: () => toBytes(~crc),
  };
}

/**
 * CRC-64/NVME (NVM Express base specification, 64b CRC), one byte at a time.
 * The value is kept in two halves: with BigInt it would be about a hundred times slower.
 */
export function startCrc64Nvme(): RunningChecksum {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (chunk) => {
      let [upper, lower] = [high, low];
      for (const byte of chunk) {
        const index = (lower ^ byte) & 0xff;
        lower = entryAt(crc64Low, index) ^ ((lower >>> 8) | (upper << 24));
        upper = entryAt(crc64High, index) ^ (upper >>> 8);
      }
      [high, low] = [upper, lower];
    },
    digest: () => Buffer.concat([toBytes(~high), toBytes(~low)]),
  };
}

const crc32cTable = Uint32Array.from(byteTable('CRC32C'), Number);
const crc64Table = byteTable('CRC64NVME');
const crc64High = Uint32Array.from(crc64Table, (value) => Number(value >> 32n));
const crc64Low = Uint32Array.from(crc64Table, (value) => Number(value & 0xffffffffn));

/** The index is masked to the length of the table, so the fallback is never used. */
function entryAt(table: Uint32Array, index: number): number {
  return table[index] ?? 0;
}

function toBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
