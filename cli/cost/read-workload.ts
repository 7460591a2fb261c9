import { z } from 'zod';
import { type Region, regions } from './price-list.ts';
import type { Workload } from './workload.ts';

/** The options of `cost` as they were typed. */
export const workloadOptionsSchema = z.object({
  files: z.string().optional(),
  bytes: z.string().optional(),
  runsPerMonth: z.string().optional(),
  changedShare: z.string().optional(),
  newFiles: z.string().optional(),
  directories: z.string().optional(),
  partners: z.string().optional(),
  flows: z.string().optional(),
  direction: z.string().optional(),
  region: z.string().optional(),
  staticAddress: z.boolean().optional(),
});
export type WorkloadOptions = z.infer<typeof workloadOptionsSchema>;

export type ReadWorkload =
  | { readonly kind: 'workload'; readonly workload: Workload }
  | { readonly kind: 'errors'; readonly errors: readonly string[] };

/** Without --changed-share and --new-files. */
const defaultChangedShare = '0.1';

/** Without --directories. */
const defaultFilesPerDirectory = 1000;

/** The largest object of S3. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const maxFileBytes = 48.8 * 1024 ** 4;

/** The workload, or an error for each option that is wrong, with what it accepts. */
export function readWorkload(options: WorkloadOptions): ReadWorkload {
  const errors: string[] = [];
  const whole = (name: string, text: string | undefined, min: number): number => {
    const value = Number(text);
    if (text !== undefined && /^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
    errors.push(`--${name} must be a whole number from ${min}${text === undefined ? '' : `, not '${text}'`}`);
    return min;
  };
  const oneOf = <T extends string>(
    name: string,
    text: string | undefined,
    allowed: readonly [T, ...T[]],
  ): T => {
    const found = text === undefined ? allowed[0] : allowed.find((each) => each === text);
    if (found === undefined) errors.push(`--${name} must be ${allowed.join(' or ')}, not '${text}'`);
    return found ?? allowed[0];
  };

  const files = whole('files', options.files, 1);
  const bytes = parseBytes(options.bytes);
  if (bytes === undefined) {
    const given = options.bytes === undefined ? '' : `, not '${options.bytes}'`;
    errors.push(`--bytes must be an amount such as 1500000, 20GB or 1.5TiB${given}`);
  } else if (bytes / files > maxFileBytes) {
    errors.push(`--bytes divided by --files exceeds S3's maximum object size of 48.8 TiB: give more --files`);
  }
  if (options.newFiles !== undefined && options.changedShare !== undefined) {
    errors.push('--new-files cannot be used with --changed-share: give one of them');
  }
  const share = parseShare(options.changedShare ?? defaultChangedShare);
  if (share === undefined)
    errors.push(`--changed-share must be a number from 0 to 1, not '${options.changedShare}'`);
  const workload: Workload = {
    direction: oneOf('direction', options.direction, ['pull', 'push']),
    region: oneOf<Region>('region', options.region, regions),
    partners: whole('partners', options.partners ?? '1', 1),
    flows: whole('flows', options.flows ?? '1', 1),
    files,
    bytes: bytes ?? 0,
    directories: whole(
      'directories',
      options.directories ?? String(Math.ceil(files / defaultFilesPerDirectory)),
      1,
    ),
    runsPerMonth: whole('runs-per-month', options.runsPerMonth ?? '30', 1),
    moved:
      options.newFiles === undefined
        ? { are: 'changed', files: Math.ceil(files * (share ?? 0)) }
        : { are: 'new', files: whole('new-files', options.newFiles, 0) },
    staticAddress: options.staticAddress ?? false,
  };
  return errors.length === 0 ? { kind: 'workload', workload } : { kind: 'errors', errors };
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

/**
 * The number of bytes; undefined for invalid text.
 * @example parseBytes('1.5TiB') // 1649267441664
 */
function parseBytes(text: string | undefined): number | undefined {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text ?? '') ?? [];
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined;
  return amount === '' || factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

function parseShare(text: string): number | undefined {
  const value = Number(text);
  return /^\d*\.?\d+$/.test(text) && value <= 1 ? value : undefined;
}
