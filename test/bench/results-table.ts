import type { BenchCase } from './bench-cases.ts';

/** What one contender took for one case. */
export interface ContenderResult {
  readonly name: string;
  readonly runs: readonly {
    readonly seconds: number;
    readonly workSeconds: number | undefined;
    /** Of the machine in the minute before: what else it had to do. */
    readonly load: number;
  }[];
  /** Why there is nothing to compare. */
  readonly fault: string | undefined;
}

export interface CaseResult extends BenchCase {
  readonly contenders: readonly ContenderResult[];
}

const mebibyte = 1024 * 1024;

/** The ratios: how many times as long the program takes as our run, and as our command; below 1 it is faster. */
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

/** A row for each program; ours has two: the whole command, and the run in it without the start of the local stack. */
export function rowsOf(result: CaseResult): readonly (readonly string[])[] {
  const [own, ...peers] = result.contenders;
  if (own === undefined) return [];
  const commandSeconds = own.runs.map(({ seconds }) => seconds);
  const runSeconds = own.runs.map(({ seconds, workSeconds = seconds }) => workSeconds);
  const ratio = (seconds: readonly number[], to: readonly number[]) =>
    (median(seconds) / median(to)).toFixed(2);
  const ownRows =
    own.fault === undefined
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
    if (peer.fault !== undefined) return faultRow(result, peer);
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

function faultRow({ name }: CaseResult, { name: program, fault = '' }: ContenderResult): readonly string[] {
  return [name, program, 'fails', '', '', '', '', '', fault.slice(-80)];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.floor(sorted.length / 2)],
  ];
  return (low + high) / 2;
}
