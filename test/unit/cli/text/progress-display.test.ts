import { afterEach, expect, test, vi } from 'vitest';
import type { Output } from '../../../../cli/text/output.ts';
import { ProgressDisplay } from '../../../../cli/text/progress-display.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([20, 60, 80])('On a terminal of %i columns, progress never wraps', (columns) => {
  const shown: string[] = [];
  const output: Output = {
    mode: 'text',
    text: () => undefined,
    json: () => undefined,
    note: () => undefined,
    progress: (text) => shown.push(text),
    isRead: () => true,
  };
  vi.stubGlobal('process', { stderr: { isTTY: true, columns } });
  const display = new ProgressDisplay(output, () => 0);

  display.show({
    step: 'transfer-batch',
    files: 123_456,
    filesTotal: 1_234_567,
    bytes: 123_456_789_012,
    bytesTotal: 1_234_567_890_123,
  });

  const [line = ''] = shown;
  expect(line.startsWith('\r\u001b[Ktransfer-batch')).toBe(true);
  expect(line.slice('\r\u001b[K'.length).length).toBeLessThan(columns);
});
