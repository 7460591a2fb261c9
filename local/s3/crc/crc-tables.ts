/** A CRC: its width in bits, and its generator polynomial with the coefficient of x^0 in the highest bit. */
interface CrcParameters {
  readonly bits: 32 | 64;
  readonly polynomial: bigint;
}

export type CrcName = 'CRC32' | 'CRC32C' | 'CRC64NVME';

/**
 * ISO-HDLC (RFC 1952), Castagnoli (RFC 3720, appendix B.4) and the 64b CRC of the NVM Express base
 * specification.
 */
export const crcParameters: Readonly<Record<CrcName, CrcParameters>> = {
  CRC32: { bits: 32, polynomial: 0xedb88320n },
  CRC32C: { bits: 32, polynomial: 0x82f63b78n },
  CRC64NVME: { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n },
};

/** The effect of each byte value on the CRC, by the value: the table of the usual byte-wise algorithm. */
export function byteTable(name: CrcName): readonly bigint[] {
  const { polynomial } = crcParameters[name];
  return Array.from({ length: 256 }, (_, byte) => {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    return value;
  });
}
