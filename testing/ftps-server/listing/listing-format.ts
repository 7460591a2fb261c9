import type { ServerFeatures } from '../options.ts';
import type { NamedEntry, TreeEntry } from '../tree/file-tree.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `ls` shows the year instead of the time for files older than about six months or in the future. */
const recentMs = 182 * 24 * 60 * 60 * 1000;

/** A time for MLSD, MDTM and MFMT: `YYYYMMDDHHMMSS`, in UTC (RFC 3659, 2.3) unless an offset is given. */
export function timeValue(moment: Date, offsetMinutes = 0): string {
  return new Date(moment.getTime() + offsetMinutes * 60_000).toISOString().slice(0, 19).replace(/[-T:]/g, '');
}

/** Undefined where the text is not a time value. */
export function parseTimeValue(text: string): Date | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\.\d+)?$/.exec(text);
  if (match === null) return undefined;
  const moment = new Date(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

export interface FactsStyle {
  /** How far the times are ahead of UTC. */
  readonly timeOffsetMinutes: number;
  readonly uniqueFact: boolean;
  readonly factsLeftOut: readonly ('size' | 'modify')[];
  /** The type of a directory entry: `cdir` and `pdir` for the listed directory and its parent. */
  readonly directoryType?: 'cdir' | 'pdir' | 'dir';
}

/** The facts of an entry and its name, as in MLSD and MLST (RFC 3659, 7.2). */
export function factsLine(
  { name, entry }: NamedEntry,
  { timeOffsetMinutes, uniqueFact, factsLeftOut, directoryType = 'dir' }: FactsStyle,
): string {
  const facts = [
    `type=${factType(entry, directoryType)}`,
    entry.kind === 'file' && !factsLeftOut.includes('size') ? `size=${entry.sizeBytes}` : undefined,
    factsLeftOut.includes('modify') ? undefined : `modify=${timeValue(entry.modified, timeOffsetMinutes)}`,
    `perm=${entry.kind === 'directory' ? 'flcdmpe' : 'adfrw'}`,
    uniqueFact ? `unique=${entry.unique}` : undefined,
  ];
  return `${facts.filter((fact) => fact !== undefined).join(';')}; ${name}`;
}

/** How MLSD and MLST write facts. */
export function factsStyle(features: Required<ServerFeatures>): FactsStyle {
  const { uniqueFact, factsLeftOut } = features;
  return { timeOffsetMinutes: factsOffsetMinutes(features), uniqueFact, factsLeftOut };
}

/** How far the times of MLSD, MLST and MDTM are ahead of UTC. */
export function factsOffsetMinutes({
  localTimeInFacts,
  localTimeOffsetMinutes,
}: Required<ServerFeatures>): number {
  return localTimeInFacts ? localTimeOffsetMinutes : 0;
}

function factType(entry: TreeEntry, directoryType: string): string {
  switch (entry.kind) {
    case 'file':
      return 'file';
    case 'directory':
      return directoryType;
    case 'link':
      return `OS.unix=symlink`;
  }
}

export interface ListStyle {
  readonly style: 'unix' | 'dos';
  readonly now: Date;
  readonly localTimeOffsetMinutes: number;
}

/** One line of LIST, in the format of `ls -l` or of IIS. No RFC defines the format. */
export function listLine(named: NamedEntry, { style, now, localTimeOffsetMinutes }: ListStyle): string {
  const local = new Date(named.entry.modified.getTime() + localTimeOffsetMinutes * 60_000);
  if (style === 'dos') return dosLine(named, local);
  return unixLine(named, { local, isRecent: isRecent(named.entry.modified, now) });
}

function unixLine(
  { name, entry }: NamedEntry,
  { local, isRecent }: { local: Date; isRecent: boolean },
): string {
  const mode = { file: '-rw-r--r--', directory: 'drwxr-xr-x', link: 'lrwxrwxrwx' }[entry.kind];
  const size = entry.kind === 'file' ? entry.sizeBytes : 4096;
  const day = `${months[local.getUTCMonth()]} ${String(local.getUTCDate()).padStart(2, ' ')}`;
  const time = isRecent ? local.toISOString().slice(11, 16) : ` ${local.getUTCFullYear()}`;
  const shown = entry.kind === 'link' ? `${name} -> ${entry.target}` : name;
  return `${mode}    1 ftp      ftp      ${String(size).padStart(12, ' ')} ${day} ${time} ${shown}`;
}

function dosLine({ name, entry }: NamedEntry, local: Date): string {
  const iso = local.toISOString();
  const hours = local.getUTCHours();
  const clock = `${String(hours % 12 === 0 ? 12 : hours % 12).padStart(2, '0')}:${iso.slice(14, 16)}${hours < 12 ? 'AM' : 'PM'}`;
  const date = `${iso.slice(5, 7)}-${iso.slice(8, 10)}-${iso.slice(2, 4)}`;
  const size = entry.kind === 'file' ? String(entry.sizeBytes).padStart(20, ' ') : '       <DIR>        ';
  return `${date}  ${clock} ${size} ${name}`;
}

function isRecent(modified: Date, now: Date): boolean {
  const ageMs = now.getTime() - modified.getTime();
  return ageMs < recentMs && ageMs > -60_000;
}
