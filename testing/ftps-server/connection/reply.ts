/** One reply on the control connection (RFC 959, 4.2): a code and its text, one line or several. */
export interface Reply {
  readonly code: number;
  readonly text: string | readonly string[];
}

export function reply(code: number, text: string | readonly string[]): Reply {
  return { code, text };
}

/**
 * The reply on the wire. The middle lines of a multi-line reply are indented, so that none looks like the
 * last one (RFC 959, 4.2; RFC 2389, 3.2).
 */
export function formatReply({ code, text }: Reply): string {
  if (typeof text === 'string') return `${code} ${text}\r\n`;
  const [first = '', ...rest] = text;
  const last = rest.pop() ?? '';
  return `${code}-${first}\r\n${rest.map((line) => ` ${line}\r\n`).join('')}${code} ${last}\r\n`;
}
