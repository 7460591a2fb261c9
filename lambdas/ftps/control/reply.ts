/** A complete reply on the control connection (RFC 959, 4.2), which may have several lines. */
export interface Reply {
  readonly code: number;
  /** The whole text with its code, one character per byte, lines separated by LF. */
  readonly bytes: string;
  /** The same text for messages and logs: secrets masked, control characters escaped, shortened. */
  readonly shown: string;
}

/** 1yz (RFC 959, 4.2.1): the command has started, and another reply follows. */
export function isPreliminary(reply: Reply): boolean {
  return reply.code < 200;
}

/** 2yz (RFC 959, 4.2.1): the command has completed. */
export function isPositive(reply: Reply): boolean {
  return reply.code >= 200 && reply.code < 300;
}

/** The server does not know the command, or does not offer it (RFC 959, 4.2.1). */
export function isUnknownCommand({ code }: Reply): boolean {
  return code === 500 || code === 502 || code === 504;
}

/** The whole reply as text, for what its words say. Bytes that are not UTF-8 become U+FFFD. */
export function replyText({ bytes }: Reply): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** A reply in an error message or a log line is no longer than this. */
const maxShownLength = 200;

/** Bytes of a reply as text on one line, with control characters escaped, cut at `maxLength` with `…`. */
export function shownText(bytes: string, maxLength = maxShownLength): string {
  const text = Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\n', ' / ');
  const safe = escapeControls(text);
  return safe.length > maxLength ? `${safe.slice(0, maxLength)}…` : safe;
}

/**
 * Makes text from a server safe to print: control characters and lone surrogates become `\xNN`, `\u{NNNN}`.
 */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`;
  });
}

/**
 * For bytes that are not text in the connection's encoding: every byte but printable ASCII becomes `\xNN`.
 */
export function escapeBytes(bytes: string): string {
  return bytes.replace(/[^\x20-\x7e]/g, (character) => `\\x${hex(character.charCodeAt(0), 2)}`);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
