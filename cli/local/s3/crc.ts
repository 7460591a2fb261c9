import { crc32 } from 'node:zlib';
import { polynomials } from '../../../lambdas/s3/crc-combine.ts';

/** A checksum that grows with the bytes given to it. `digest` is the value in network order, as S3 writes it in base64. */
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
    digest: () => bytes32(crc),
  };
}

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), one byte at a time. */
export function startCrc32c(): RunningChecksum {
  let crc = 0xffffffff;
  return {
    update: (chunk) => {
      // A local in the loop: a variable that outlives the call makes it several times as slow.
      let value = crc;
      for (const byte of chunk) value = entry(crc32cTable, (value ^ byte) & 0xff) ^ (value >>> 8);
      crc = value;
    },
    digest: () => bytes32(~crc),
  };
}

/**
 * CRC-64/NVME (NVM Express base specification, 64b CRC), one byte at a time.
 * The value is kept in two halves: BigInt would take some hundred times as long.
 */
export function startCrc64Nvme(): RunningChecksum {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (chunk) => {
      let [upper, lower] = [high, low];
      for (const byte of chunk) {
        const index = (lower ^ byte) & 0xff;
        lower = entry(crc64Low, index) ^ ((lower >>> 8) | (upper << 24));
        upper = entry(crc64High, index) ^ (upper >>> 8);
      }
      [high, low] = [upper, lower];
    },
    digest: () => Buffer.concat([bytes32(~high), bytes32(~low)]),
  };
}

const crc32cTable = Uint32Array.from(tableOf(polynomials.CRC32C.reflected), (value) => Number(value));
const crc64Values = tableOf(polynomials.CRC64NVME.reflected);
const crc64High = Uint32Array.from(crc64Values, (value) => Number(value >> 32n));
const crc64Low = Uint32Array.from(crc64Values, (value) => Number(value & 0xffffffffn));

function tableOf(reflected: bigint): readonly bigint[] {
  return Array.from({ length: 256 }, (_, byte) => {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ reflected : value >> 1n;
    return value;
  });
}

/** The index is masked to the table's length, so that the fallback is never taken. */
function entry(table: Uint32Array, index: number): number {
  return table[index] ?? 0;
}

function bytes32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
