/** S3 writes a CRC-32 as the base64 of its four bytes, most significant first. */
export function crcToBase64(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString('base64');
}

/**
 * The CRC-32 of a whole object as S3 writes it, computed from those of its parts alone: crc(A B) = crc(A) *
 * x^(8 |B|) + crc(B), over the polynomials with coefficients 0 and 1, modulo the generator. The initial and
 * final inversions of the CRC cancel out.
 * @param parts all of them, ascending.
 */
export function combinePartCrcs(
  parts: readonly { readonly crc32: string; readonly sizeBytes: number }[],
): string {
  // Most parts of an upload have one size, so its power of x is kept.
  const shifts = new Map<number, number>();
  let combined = 0;
  for (const { crc32, sizeBytes } of parts) {
    const shift = shifts.get(sizeBytes) ?? powerOfX(sizeBytes * 8);
    shifts.set(sizeBytes, shift);
    combined = multiply(combined, shift) ^ Buffer.from(crc32, 'base64').readUInt32BE();
  }
  return crcToBase64(combined);
}

/** In reflected form: the coefficient of x^0 is the highest bit. */
const generator = 0xedb88320;
const one = 0x80000000;

function multiply(left: number, right: number): number {
  let product = 0;
  let shifted = right;
  for (let bit = one; bit > 0; bit >>>= 1) {
    if (left & bit) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ generator : shifted >>> 1;
  }
  return product >>> 0;
}

/** @param exponent less than 2^53: the bits of 5 TiB are 2^46. */
function powerOfX(exponent: number): number {
  let power = one;
  let square = one >>> 1;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = multiply(power, square);
    square = multiply(square, square);
  }
  return power;
}
