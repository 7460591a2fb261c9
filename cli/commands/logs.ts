import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CommandFault, type ExitCode, exitCodes } from '../exit-code.ts';
import { parseRunId } from '../find-run.ts';
import { cloudWatchLogs } from '../logs/cloudwatch-logs.ts';
import { localLogs } from '../logs/local-logs.ts';
import { isLastLine, type LogLine, logLineText } from '../logs/log-line.ts';
import type { LogSource } from '../logs/log-source.ts';
import type { CommonOptions } from '../options.ts';

/** How often a run that is followed is looked at: CloudWatch allows ten such requests a second, and shows lines some seconds late. */
const pollMs = { local: 500, aws: 5_000 } as const;

/** Looks after the run's last line, for those of others that come late. */
const looksAfterEnd = 2;

export interface LogsRequest {
  readonly run: string;
  /** `to-the-end`: goes on until the run has ended. */
  readonly reach: 'so-far' | 'to-the-end';
}

/** `logs RUN`: what its functions logged, in order of time. */
export async function logs({ run, reach }: LogsRequest, options: CommonOptions): Promise<ExitCode> {
  const { output, target } = options;
  if (reach === 'to-the-end' && output.mode === 'json') {
    throw new CommandFault(
      exitCodes.usage,
      '--json is one document, and --follow has no end: use one of them.',
    );
  }
  const source = sourceOf(parseRunId(run), options);
  if (reach === 'to-the-end') {
    await follow(source, { everyMs: pollMs[target], show: (line) => output.text(logLineText(line)) });
    return exitCodes.done;
  }
  const shown: LogLine[] = [];
  let count = 0;
  for await (const line of source.news()) {
    count += 1;
    if (output.mode === 'json') shown.push(line);
    else output.text(logLineText(line));
  }
  if (count === 0) {
    const message = `There is no line of run ${run} in ${source.place}. Logs are kept for a month, and locally up to 10 MiB a function.`;
    throw new CommandFault(exitCodes.usage, message);
  }
  output.json({ run, lines: shown });
  return exitCodes.done;
}

function sourceOf(run: string, { target, stageName: stage, dataFolder }: CommonOptions): LogSource {
  if (target === 'local') return localLogs(join(dataFolder, 'logs'), { stage, run });
  return cloudWatchLogs(new CloudWatchLogsClient({}), { stage, run });
}

async function follow(
  source: LogSource,
  { everyMs, show }: { readonly everyMs: number; readonly show: (line: LogLine) => void },
): Promise<void> {
  for (let looksLeft = Number.POSITIVE_INFINITY; looksLeft > 0; looksLeft--) {
    for await (const line of source.news()) {
      show(line);
      if (isLastLine(line)) looksLeft = looksAfterEnd + 1;
    }
    if (looksLeft > 1) await sleep(everyMs);
  }
}
