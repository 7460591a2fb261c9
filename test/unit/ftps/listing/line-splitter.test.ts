import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../../../lambdas/ftps/listing/line-splitter.ts';

function linesOf(chunks: readonly string[]) {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(Buffer.from(chunk, 'latin1'));
  return { lines, rest: splitter.rest };
}

describe('a listing is cut into lines', () => {
  it.each([
    ['with CRLF', ['a\r\nb\r\n'], ['a', 'b'], ''],
    ['with LF', ['a\nb\n'], ['a', 'b'], ''],
    ['with a chunk that ends within a line', ['a\r\nb', 'c\r\n'], ['a', 'bc'], ''],
    ['with a chunk that ends within CRLF', ['a\r', '\nb\r\n'], ['a', 'b'], ''],
    ['with one CR taken off, not more', ['a\r\r\n'], ['a\r'], ''],
    ['with an empty line', ['\r\n\n'], ['', ''], ''],
    ['with the cut last line kept apart', ['a\r\nb'], ['a'], 'b'],
    ['with every byte kept', ['caf\xe9\n'], ['caf\xe9'], ''],
  ])('%s', (_how, chunks, lines, rest) => {
    const result = linesOf(chunks);

    expect(result).toEqual({ lines, rest });
  });

  it('without holding a line that never ends', () => {
    const { lines, rest } = linesOf(['x'.repeat(70_000), 'y\n']);

    expect(lines).toEqual(['x'.repeat(70_000), 'y']);
    expect(rest).toBe('');
  });
});
