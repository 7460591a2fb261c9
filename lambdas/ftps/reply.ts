/** A complete reply on the control connection (RFC 959, 4.2). */
export interface Reply {
  readonly code: number;
  /** The whole text with its code, one byte a character, lines parted by LF. */
  readonly bytes: string;
  /** The same for people: no secret, nothing a log could break on. */
  readonly shown: string;
}

/** 1xx: the command has begun, another reply follows. */
export function isPreliminary(reply: Reply): boolean {
  return reply.code < 200;
}

/** 2xx: done. */
export function isPositive(reply: Reply): boolean {
  return reply.code >= 200 && reply.code < 300;
}

const shownCharacters = 200;

/** Bytes of a reply for people: as text, on one line, with control characters escaped, no longer than a log line should be. */
export function shownText(bytes: string, most = shownCharacters): string {
  const text = Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\n', ' / ');
  const safe = escapeControls(text);
  return safe.length > most ? `${safe.slice(0, most)}…` : safe;
}

/** Makes text from outside safe to print: control characters and lone surrogates become `\xNN` or `\u{NNNN}`. */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`;
  });
}

/** Bytes that are no text in the connection's encoding: ASCII stays, every other byte becomes `\xNN`. */
export function escapeBytes(bytes: string): string {
  return bytes.replace(/[^\x20-\x7e]/g, (character) => `\\x${hex(character.charCodeAt(0), 2)}`);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
