import type { NamedEntry, TreeEntry } from './tree.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `ls` shows the year instead of the time for what is older than about six months, or in the future. */
const recentMs = 182 * 24 * 60 * 60 * 1000;

/** A moment as MLSD, MDTM and MFMT write it: `YYYYMMDDHHMMSS`, in UTC (RFC 3659, 2.3). */
export function timeValue(moment: Date): string {
  return moment.toISOString().slice(0, 19).replace(/[-T:]/g, '');
}

/** The moment of a time value; undefined where it is none. */
export function parseTimeValue(text: string): Date | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\.\d+)?$/.exec(text);
  if (match === null) return undefined;
  const moment = new Date(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

export interface FactsStyle {
  readonly uniqueFact: boolean;
  /** What MLSD says of the listed directory itself and of the one above it. */
  readonly directoryType?: 'cdir' | 'pdir' | 'dir';
}

/** The facts of an entry and its name, as in MLSD and MLST (RFC 3659, 7.2). */
export function factsLine(
  { name, entry }: NamedEntry,
  { uniqueFact, directoryType = 'dir' }: FactsStyle,
): string {
  const facts = [
    `type=${factType(entry, directoryType)}`,
    entry.kind === 'file' ? `size=${entry.sizeBytes}` : undefined,
    `modify=${timeValue(entry.modified)}`,
    `perm=${entry.kind === 'directory' ? 'flcdmpe' : 'adfrw'}`,
    uniqueFact ? `unique=${entry.unique}` : undefined,
  ];
  return `${facts.filter((fact) => fact !== undefined).join(';')}; ${name}`;
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

/** One line of LIST: as `ls -l` writes it, or as IIS does. No RFC says how. */
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
