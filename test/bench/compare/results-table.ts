import type { BenchCase } from './bench-cases.ts';

/** The result of one contender in one case. */
export interface ContenderResult {
  readonly name: string;
  readonly runs: readonly {
    readonly seconds: number;
    readonly workSeconds: number | undefined;
    /** Load average of the machine in the minute before. */
    readonly load: number;
  }[];
  /** Why the contender failed. */
  readonly error: string | undefined;
}

export interface CaseResult extends BenchCase {
  readonly contenders: readonly ContenderResult[];
}

const mebibyte = 1024 * 1024;

/** Ratios of the program's duration to that of our run and our command; below 1 it is faster. */
export const tableHeader = [
  'CASE',
  'PROGRAM',
  'SECONDS',
  'FROM',
  'TO',
  'FILES/s',
  'MiB/s',
  'x RUN',
  'x COMMAND',
];

/**
 * One row for each program; two for ours: the run, and the whole command with the start of the local stack.
 */
export function rowsOf(result: CaseResult): readonly (readonly string[])[] {
  const [own, ...peers] = result.contenders;
  if (own === undefined) return [];
  const commandSeconds = own.runs.map(({ seconds }) => seconds);
  const runSeconds = own.runs.map(({ seconds, workSeconds = seconds }) => workSeconds);
  const ratio = (seconds: readonly number[], to: readonly number[]) =>
    (median(seconds) / median(to)).toFixed(2);
  const ownRows =
    own.error === undefined
      ? [
          [
            ...measures(result, `${own.name} to S3, the run`, runSeconds),
            '1',
            ratio(runSeconds, commandSeconds),
          ],
          [
            ...measures(result, `${own.name} to S3, the command`, commandSeconds),
            ratio(commandSeconds, runSeconds),
            '1',
          ],
        ]
      : [faultRow(result, own)];
  const peerRows = peers.map((peer) => {
    if (peer.error !== undefined) return faultRow(result, peer);
    const seconds = peer.runs.map((each) => each.seconds);
    const ratios = [ratio(seconds, runSeconds), ratio(seconds, commandSeconds)];
    return [...measures(result, `${peer.name} to disk`, seconds), ...ratios];
  });
  return [...ownRows, ...peerRows];
}

function measures(
  { name, files, fileBytes }: CaseResult,
  program: string,
  seconds: readonly number[],
): readonly string[] {
  const middle = median(seconds);
  const shown = (value: number) => value.toFixed(value < 10 ? 2 : 0);
  return [
    name,
    program,
    shown(middle),
    shown(Math.min(...seconds)),
    shown(Math.max(...seconds)),
    shown(files / middle),
    shown((files * fileBytes) / mebibyte / middle),
  ];
}

function faultRow({ name }: CaseResult, { name: program, error = '' }: ContenderResult): readonly string[] {
  return [name, program, 'fails', '', '', '', '', '', error.slice(-80)];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.floor(sorted.length / 2)],
  ];
  return (low + high) / 2;
}
