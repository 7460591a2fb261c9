import { vi } from 'vitest';
import type { ExitCode } from '../../../cli/exit-code.ts';
import { runCli } from '../../../cli/program.ts';

export interface InProcessEnd {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `npx ftps-sync <line>` in this process: the same parsing, loading and printing as in a process of its
 * own, without starting Node for each line.
 */
export async function runInProcess(line: string): Promise<InProcessEnd> {
  const written = { stdout: '', stderr: '' };
  const capture = (stream: 'stdout' | 'stderr') =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      written[stream] += String(chunk);
      return true;
    });
  const spies = [capture('stdout'), capture('stderr')];
  try {
    return { exitCode: await runCli(line.split(' ')), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
