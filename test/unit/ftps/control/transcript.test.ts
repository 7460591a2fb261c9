import { describe, expect, it } from 'vitest';
import { Transcript } from '../../../../lambdas/ftps/control/transcript.ts';

function record(...lines: readonly string[]): readonly string[] {
  const transcript = new Transcript();
  for (const line of lines) transcript.record(line);
  return transcript.lines();
}

describe('a transcript', () => {
  it('keeps the last forty lines', () => {
    const lines = Array.from({ length: 50 }, (_, index) => `> NOOP ${index}`);

    expect(record(...lines)).toEqual(lines.slice(10));
  });

  it.each(['PASS', 'pass', 'ACCT', 'SITE'])('masks the argument of %s', (command) => {
    const [line] = record(`> ${command} s3cret of ours`);

    expect(line).toBe(`> ${command} ***`);
  });

  it('has lines of 300 characters at most, without terminal control characters', () => {
    const [long, odd] = record(`< 550 ${'x'.repeat(1000)}`, '< 550 \u001b[2J\r\n');

    expect(long).toHaveLength(300);
    expect(odd).toBe('< 550 \\x1b[2J');
  });

  it('is empty after clear', () => {
    const transcript = new Transcript();
    transcript.record('> RETR a');
    transcript.clear();
    transcript.record('> RETR b');

    expect(transcript.lines()).toEqual(['> RETR b']);
  });
});
