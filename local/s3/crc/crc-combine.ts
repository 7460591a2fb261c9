import { type CrcName, crcParameters } from './crc-tables.ts';

/** The CRC of some bytes, in network order, and how many bytes they are. */
export interface PartCrc {
  readonly digest: Buffer;
  readonly sizeBytes: number;
}

/**
 * The CRC of the concatenated parts, computed from the CRCs of the parts. It never reads their bytes.
 *
 * The product computes the same value with polynomial arithmetic. This is the matrix method of zlib's
 * crc32_combine instead, so that the S3 emulator does not verify the product with the product's own code.
 * Appending zeros to a message is a linear map of its CRC over GF(2); the CRC of A followed by B is the CRC
 * of A moved past |B| zero bytes, XOR the CRC of B. The initial and final inversions cancel out.
 * @param parts in the order of the object. Their matrices are kept by size, because most parts of an upload
 * have the same size.
 */
export function combineCrcs(name: CrcName, parts: readonly PartCrc[]): Buffer {
  const { bits } = crcParameters[name];
  const matrices = new Map<number, Matrix>();
  let combined = 0n;
  for (const { digest, sizeBytes } of parts) {
    const matrix = matrices.get(sizeBytes) ?? appendZeroBytes(name, sizeBytes);
    matrices.set(sizeBytes, matrix);
    combined = apply(matrix, combined) ^ BigInt(`0x${digest.toString('hex')}`);
  }
  return Buffer.from(combined.toString(16).padStart(bits / 4, '0'), 'hex');
}

/** A square matrix over GF(2) by columns: column i is the image of bit i. */
type Matrix = readonly bigint[];

/** The matrix that moves a CRC past as many zero bytes, by repeated squaring. */
function appendZeroBytes(name: CrcName, count: number): Matrix {
  const { bits, polynomial } = crcParameters[name];
  const columns = Array.from({ length: bits }, (_, column) => BigInt(column));
  let result: Matrix = columns.map((column) => 1n << column);
  // One zero bit: the lowest bit leaves the register and adds the polynomial; every other bit moves down.
  let power: Matrix = columns.map((column) => (column === 0n ? polynomial : 1n << (column - 1n)));
  for (let rest = BigInt(count) * 8n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = multiply(power, result);
    power = multiply(power, power);
  }
  return result;
}

function multiply(left: Matrix, right: Matrix): Matrix {
  return right.map((column) => apply(left, column));
}

function apply(matrix: Matrix, vector: bigint): bigint {
  let image = 0n;
  let rest = vector;
  for (const column of matrix) {
    if (rest & 1n) image ^= column;
    rest >>= 1n;
  }
  return image;
}
