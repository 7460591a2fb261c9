/**
 * Escapes control and bidirectional characters: a terminal would interpret them, and a page would show a
 * different text.
 */
export function shownText(text: string): string {
  return text.replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}
