import iconv from 'iconv-lite';

/**
 * Between names and the exact bytes on the wire. Bytes travel as `latin1` strings, one character a byte, so that
 * nothing between here and the socket can change them.
 */
export interface NameCodec {
  readonly utf8: boolean;
  /** Undefined where the encoding has no such character. */
  readonly encode: (text: string) => string | undefined;
  /** Undefined where the bytes are no text in this encoding: guessing would invent a name that cannot be fetched. */
  readonly decode: (bytes: string) => string | undefined;
}

/**
 * The codec for a connection's `encoding`; `auto` is UTF-8 (RFC 2640).
 * Undefined where the encoding is unknown, or writes ASCII differently, so that no command could be sent in it.
 */
export function nameCodec(encoding: string): NameCodec | undefined {
  if (/^(auto|utf-?8)$/i.test(encoding)) return utf8Codec;
  if (!iconv.encodingExists(encoding)) return undefined;
  if (iconv.encode(ascii, encoding).toString('latin1') !== ascii) return undefined;
  return {
    utf8: false,
    encode: (text) => {
      const bytes = iconv.encode(text, encoding);
      return iconv.decode(bytes, encoding, { stripBOM: false }) === text
        ? bytes.toString('latin1')
        : undefined;
    },
    decode: (bytes) => {
      const buffer = Buffer.from(bytes, 'latin1');
      const text = iconv.decode(buffer, encoding, { stripBOM: false });
      return iconv.encode(text, encoding).equals(buffer) ? text : undefined;
    },
  };
}

const ascii = `${Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).join('')}\r\n`;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const utf8Codec: NameCodec = {
  utf8: true,
  encode: (text) => (text.isWellFormed() ? Buffer.from(text, 'utf8').toString('latin1') : undefined),
  decode: (bytes) => {
    if (isAscii(bytes)) return bytes;
    try {
      return strictUtf8.decode(Buffer.from(bytes, 'latin1'));
    } catch {
      return undefined;
    }
  },
};

function isAscii(bytes: string): boolean {
  return /^[\0-\x7f]*$/.test(bytes);
}
