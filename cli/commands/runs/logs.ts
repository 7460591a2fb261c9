import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { RunId } from '../../../lambdas/contract/ids.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { CommandError, type ExitCode, exitCodes } from '../../exit-code.ts';
import { cloudWatchLogs } from '../../logs/cloudwatch-logs.ts';
import { localLogs } from '../../logs/local-logs.ts';
import { isLastLine, type LogLine, logLineText } from '../../logs/log-line.ts';
import type { LogSource } from '../../logs/log-source.ts';

export const command: CommandDefinition = {
  usage: 'logs <run>',
  summary: 'print the logs of a run',
  description: 'Print what the functions logged during a run, in order of time.',
  options: [{ flags: '--follow', description: 'continue until the run has ended' }, ...commonOptions],
  action: (invocation) =>
    logs(
      { run: invocation.runId(), until: invocation.flag('follow') ? 'run-ends' : 'now' },
      invocation.commonOptions(),
    ),
};

/** CloudWatch Logs allows ten such requests a second, and delivers lines some seconds late. */
const intervalMs = { local: 500, aws: 5_000 } as const;

/** Reads after the last line of the run, for lines of other functions that arrive late. */
const readsAfterEnd = 2;

interface LogsRequest {
  readonly run: RunId;
  /** `run-ends`: prints new lines until the run has ended. */
  readonly until: 'now' | 'run-ends';
}

async function logs({ run, until }: LogsRequest, options: CommonOptions): Promise<ExitCode> {
  const { output, target } = options;
  if (until === 'run-ends' && output.mode === 'json') {
    throw new CommandError(exitCodes.usage, '--json cannot be used with --follow.');
  }
  const source = openSource(run, options);
  if (until === 'run-ends') {
    await follow(source, {
      everyMs: intervalMs[target],
      show: (line) => output.text(logLineText(line)),
      isRead: output.isRead,
    });
    return exitCodes.done;
  }
  const shown: LogLine[] = [];
  let count = 0;
  for await (const line of source.newLines()) {
    if (!output.isRead()) return exitCodes.done;
    count += 1;
    if (output.mode === 'json') shown.push(line);
    else output.text(logLineText(line));
  }
  if (count === 0) {
    const message = `No logs of run ${run} in ${source.place}. Logs expire after a month; the local stack keeps 10 MiB per function.`;
    throw new CommandError(exitCodes.usage, message);
  }
  output.json({ run, lines: shown });
  return exitCodes.done;
}

function openSource(run: RunId, { target, stageName: stage, dataFolder }: CommonOptions): LogSource {
  if (target === 'local') return localLogs(join(dataFolder, 'logs'), { stage, run });
  return cloudWatchLogs(new CloudWatchLogsClient({}), { stage, run });
}

async function follow(
  source: LogSource,
  {
    everyMs,
    show,
    isRead,
  }: {
    readonly everyMs: number;
    readonly show: (line: LogLine) => void;
    readonly isRead: () => boolean;
  },
): Promise<void> {
  for (let readsLeft = Number.POSITIVE_INFINITY; readsLeft > 0 && isRead(); readsLeft--) {
    for await (const line of source.newLines()) {
      show(line);
      if (isLastLine(line)) readsLeft = readsAfterEnd + 1;
    }
    if (readsLeft > 1) await sleep(everyMs);
  }
}
