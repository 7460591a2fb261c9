import { describe, expect, it } from 'vitest';
import { Dialogue } from '../../../lambdas/ftps/dialogue.ts';

function heard(...lines: readonly string[]): readonly string[] {
  const dialogue = new Dialogue();
  for (const line of lines) dialogue.hear(line);
  return dialogue.lines();
}

describe('what is kept of a dialogue', () => {
  it('is its last forty lines', () => {
    const lines = Array.from({ length: 50 }, (_, index) => `> NOOP ${index}`);

    expect(heard(...lines)).toEqual(lines.slice(10));
  });

  it.each(['PASS', 'pass', 'ACCT', 'SITE'])('has no argument of %s', (command) => {
    const [line] = heard(`> ${command} s3cret of ours`);

    expect(line).toBe(`> ${command} ***`);
  });

  it('has lines of 300 characters at most, and none that a terminal obeys', () => {
    const [long, odd] = heard(`< 550 ${'x'.repeat(1000)}`, '< 550 \u001b[2J\r\n');

    expect(long).toHaveLength(300);
    expect(odd).toBe('< 550 \\x1b[2J');
  });

  it('begins anew with another piece of work', () => {
    const dialogue = new Dialogue();
    dialogue.hear('> RETR a');
    dialogue.begin();
    dialogue.hear('> RETR b');

    expect(dialogue.lines()).toEqual(['> RETR b']);
  });
});
