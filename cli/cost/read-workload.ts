import { type Region, regions } from './price-list.ts';
import type { Workload } from './workload.ts';

/** The options of `cost` as they were typed. */
export interface WorkloadOptions {
  readonly files?: string;
  readonly bytes?: string;
  readonly runsPerMonth?: string;
  readonly changedShare?: string;
  readonly newFiles?: string;
  readonly directories?: string;
  readonly partners?: string;
  readonly flows?: string;
  readonly direction?: string;
  readonly region?: string;
  readonly staticAddress?: boolean;
}

export type ReadWorkload =
  | { readonly kind: 'workload'; readonly workload: Workload }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/** What is moved in a run where nothing is said. */
const usualChangedShare = '0.1';

/** A tree of so many files has one directory, where nothing is said. */
const usualFilesPerDirectory = 1000;

/** An object of S3. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const largestFileBytes = 48.8 * 1024 ** 4;

/** The workload, or every fault of the options at once, each with what is right. */
export function readWorkload(options: WorkloadOptions): ReadWorkload {
  const faults: string[] = [];
  const whole = (name: string, text: string | undefined, least: number): number => {
    const value = Number(text);
    if (text !== undefined && /^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least)
      return value;
    faults.push(
      `--${name} must be a whole number from ${least}${text === undefined ? '' : `, not '${text}'`}`,
    );
    return least;
  };
  const oneOf = <T extends string>(
    name: string,
    text: string | undefined,
    allowed: readonly [T, ...T[]],
  ): T => {
    const found = text === undefined ? allowed[0] : allowed.find((each) => each === text);
    if (found === undefined) faults.push(`--${name} must be ${allowed.join(' or ')}, not '${text}'`);
    return found ?? allowed[0];
  };

  const files = whole('files', options.files, 1);
  const bytes = bytesIn(options.bytes);
  if (bytes === undefined) {
    const given = options.bytes === undefined ? '' : `, not '${options.bytes}'`;
    faults.push(`--bytes must be an amount as 1500000, 20GB or 1.5TiB${given}`);
  } else if (bytes / files > largestFileBytes) {
    faults.push(`--bytes of that many --files are more than S3's 48.8 TiB an object: give more files`);
  }
  if (options.newFiles !== undefined && options.changedShare !== undefined) {
    faults.push('--new-files and --changed-share both say what a run moves: give one of them');
  }
  const share = shareIn(options.changedShare ?? usualChangedShare);
  if (share === undefined) faults.push(`--changed-share must be from 0 to 1, not '${options.changedShare}'`);
  const workload: Workload = {
    direction: oneOf('direction', options.direction, ['pull', 'push']),
    region: oneOf<Region>('region', options.region, regions),
    partners: whole('partners', options.partners ?? '1', 1),
    flows: whole('flows', options.flows ?? '1', 1),
    files,
    bytes: bytes ?? 0,
    directories: whole(
      'directories',
      options.directories ?? String(Math.ceil(files / usualFilesPerDirectory)),
      1,
    ),
    runsPerMonth: whole('runs-per-month', options.runsPerMonth ?? '30', 1),
    moved:
      options.newFiles === undefined
        ? { are: 'changed', files: Math.ceil(files * (share ?? 0)) }
        : { are: 'new', files: whole('new-files', options.newFiles, 0) },
    staticAddress: options.staticAddress ?? false,
  };
  return faults.length === 0 ? { kind: 'workload', workload } : { kind: 'faults', faults };
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  pb: 1e15,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
  pib: 1024 ** 5,
};

/** Undefined for what is no amount of bytes. */
function bytesIn(text: string | undefined): number | undefined {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text ?? '') ?? [];
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined;
  return amount === '' || factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

function shareIn(text: string): number | undefined {
  const value = Number(text);
  return /^\d*\.?\d+$/.test(text) && value <= 1 ? value : undefined;
}
