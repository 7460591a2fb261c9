import iconv from 'iconv-lite';

/**
 * Converts between names and their exact bytes on the wire. Bytes are `latin1` strings, one character per
 * byte, so that nothing between here and the socket can change them.
 */
export interface NameCodec {
  readonly utf8: boolean;
  /** Undefined where the encoding lacks a character of the text. */
  readonly encode: (text: string) => string | undefined;
  /** Undefined where the bytes are not valid in this encoding: a guessed name could not be fetched. */
  readonly decode: (bytes: string) => string | undefined;
}

/**
 * The codec for a connection's `encoding`; `auto` is UTF-8 (RFC 2640). Undefined for an unknown encoding, and
 * for one that encodes ASCII differently, such as UTF-16: it cannot write an FTP command.
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
