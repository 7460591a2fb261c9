/** The generator polynomials in reflected form: the coefficient of x^0 is the highest bit. */
export const polynomials = {
  CRC32: { bits: 32, reflected: 0xedb88320n },
  CRC32C: { bits: 32, reflected: 0x82f63b78n },
  CRC64NVME: { bits: 64, reflected: 0x9a6c9329ac4bc9b5n },
} as const;

export type CrcName = keyof typeof polynomials;

/** The CRC of some bytes, and how many they are. */
export interface PartCrc {
  readonly digest: Buffer;
  readonly sizeBytes: number;
}

/**
 * The CRC of all parts in their order, computed from the parts' CRCs alone: crc(A B) = crc(A) * x^(8 |B|) + crc(B), over the
 * polynomials with coefficients 0 and 1, modulo the generator. The initial and final inversions of the CRC cancel out.
 * The parts of an upload mostly have one size, so the power of x is kept between parts.
 */
export function combineCrcs(name: CrcName, parts: readonly PartCrc[]): Buffer {
  const { bits, reflected } = polynomials[name];
  const field = { one: 1n << BigInt(bits - 1), reflected };
  const shifts = new Map<number, bigint>();
  let combined = 0n;
  for (const { digest, sizeBytes } of parts) {
    const shift = shifts.get(sizeBytes) ?? powerOfX(field, BigInt(sizeBytes) * 8n);
    shifts.set(sizeBytes, shift);
    combined = multiply(field, combined, shift) ^ BigInt(`0x${digest.toString('hex')}`);
  }
  return Buffer.from(combined.toString(16).padStart(bits / 4, '0'), 'hex');
}

interface Field {
  /** The polynomial 1 in reflected form. */
  readonly one: bigint;
  readonly reflected: bigint;
}

function multiply(field: Field, left: bigint, right: bigint): bigint {
  let product = 0n;
  let shifted = right;
  for (let bit = field.one; bit > 0n; bit >>= 1n) {
    if (left & bit) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ field.reflected : shifted >> 1n;
  }
  return product;
}

function powerOfX(field: Field, exponent: bigint): bigint {
  let power = field.one;
  let square = field.one >> 1n;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = multiply(field, power, square);
    square = multiply(field, square, square);
  }
  return power;
}
