import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { functionName, pullSteps } from '../../lambdas/contract/names.ts';
import { type LogLine, parseLogLine } from './log-line.ts';
import type { LogSource } from './log-source.ts';

/** The lines of a run in the logs folder of the local stack: `<function>.log.1`, then `<function>.log`. */
export function localLogs(
  logsFolder: string,
  { stage, run }: { readonly stage: string; readonly run: string },
): LogSource {
  const files = pullSteps.flatMap((step) => {
    const file = join(logsFolder, `${functionName(stage, step)}.log`);
    return [`${file}.1`, file];
  });
  // By inode, which a file keeps when it is rotated.
  const readTo = new Map<number, number>();

  async function* newLines(): AsyncGenerator<LogLine> {
    const lines: LogLine[] = [];
    for (const file of files) {
      const found = await stat(file).catch(() => undefined);
      if (found === undefined) continue;
      const from = readTo.get(found.ino) ?? 0;
      readTo.set(found.ino, from + (await readLines(file, from, (text) => add(parseLogLine(text, run)))));
    }
    yield* lines.toSorted((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)));

    function add(line: LogLine | undefined): void {
      if (line !== undefined) lines.push(line);
    }
  }
  return { place: logsFolder, newLines };
}

/** @returns the number of bytes read, whole lines only. */
async function readLines(file: string, from: number, onLine: (text: string) => void): Promise<number> {
  let rest = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of createReadStream(file, { start: from })) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      onLine(rest.subarray(0, end).toString());
      rest = rest.subarray(end + 1);
      bytes += end + 1;
    }
  }
  return bytes;
}
