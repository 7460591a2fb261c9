import type { FormatName, LineContext, LineReading, ListedEntry } from './listed-entry.ts';
import { toServerTime } from './server-time.ts';

/**
 * One line of z/OS outside its Unix file system: a data set, a member of a partitioned data set, or a file of
 * z/VM. Sizes are in tracks or records, so they are unknown; those of load modules are in bytes. The date of
 * a data set is that of its last use, which a download changes, so it is no time.
 *
 * @example
 * parseZosLine('SAVE00 3390   2004/06/23  1    1  FB     128  6144  PS    A.B') // entry: { kind: 'file' }
 */
export function parseZosLine(line: string, _context?: LineContext): LineReading | undefined {
  const dataSet = dataSetLine.exec(line);
  if (dataSet !== null) {
    const [, organization = '', name = ''] = dataSet;
    const kind = /^PO/.test(organization) ? 'directory' : 'file';
    return reading('zos', kind === 'directory' ? { kind, name } : file(name));
  }
  const other = otherDataSet.exec(line);
  if (other !== null) return reading('zos', file(other[1] ?? ''));
  const pseudo = /^Pseudo Directory {1,60}(\S{1,44}) {0,80}$/.exec(line);
  if (pseudo !== null) return reading('zos', { kind: 'directory', name: pseudo[1] ?? '' });
  return memberReading(line) ?? virtualMachineFile(line);
}

/** `Volume Unit Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname`; unit is missing at LISTLEVEL=2. */
const dataSetLine =
  /^[A-Z0-9$#@*]{1,6} {1,6}(?:[A-Z0-9]{2,8} {1,6})?(?:\d{4}\/\d\d\/\d\d|\*\*NONE\*\*) {1,12}[\d?+]{1,12}(?: {0,12}[\d?+]{1,12})? {1,8}(?:[A-Z?]{1,5}|NONE) {1,8}\d{1,6} {1,8}\d{1,6} {1,8}((?:PO|PS|DA|IS)(?:U|-[A-Z])?) {1,8}(\S{1,44}) {0,80}$/;

/** On tape, migrated, archived or VSAM: the line has a name and nothing else. */
const otherDataSet =
  /^(?:Migrated|[A-Z0-9$#@]{1,6} {1,6}(?:Tape|Not Direct Access Device|[A-Z0-9]{2,8} {1,6}VSAM))[ \t]{1,80}(\S{1,44}) {0,80}$/;

/** With statistics of ISPF: `VV.MM Created Changed Size Init Mod Id`. */
const statistics =
  /^ ?(\S{1,24}) {1,12}\d\d\.\d\d \d{4}\/\d\d\/\d\d (\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d)(?::\d\d)? {1,8}\d{1,9} {1,8}\d{1,9} {1,8}\d{1,9} {1,8}\S{1,8} {0,20}$/;
/** Load modules: `Size TTR Alias-of AC Attributes Amode Rmode`, with a hexadecimal size. */
const loadModule =
  /^ ?(\S{1,24}) {1,12}([0-9A-F]{6,8}) {1,6}[0-9A-F]{6} {1,40}(?:\S{1,8} {1,8})?[0-9A-F]{2} [A-Z][A-Z ]{1,60}(?:\d\d|ANY) {1,8}(?:\d\d|ANY) {0,20}$/;
/** A member without statistics: a name and nothing else. */
const bareMember = /^ ?([A-Z$#@][A-Z0-9$#@]{0,7}) {0,80}$/;

function memberReading(line: string): LineReading | undefined {
  const listed = statistics.exec(line);
  if (listed !== null) {
    const [, name = '', year, month, day, time] = listed;
    const modified = toServerTime(`${year}/${month}/${day} ${time}`, `${year}-${month}-${day}`, time);
    return modified && reading('zos-member', { ...file(name), modified });
  }
  const module = loadModule.exec(line);
  if (module !== null) {
    const [, name = '', size = ''] = module;
    return reading('zos-member', { ...file(name), sizeBytes: Number.parseInt(size, 16) });
  }
  const bare = bareMember.exec(line);
  return bare === null ? undefined : { ...reading('zos-member', file(bare[1] ?? '')), isWeak: true };
}

/** z/VM: `NAME TYPE V 65 107 2 2005-10-04 15:28:42 060191`. A client asks for `NAME.TYPE`. */
const virtualMachine =
  /^(\S{1,20}) {1,12}(\S{1,8}) {1,12}[FV] {1,12}\d{1,9} {1,12}\d{1,9} {1,12}\d{1,9} {1,4}(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) \S{1,8}$/;

function virtualMachineFile(line: string): LineReading | undefined {
  const parts = virtualMachine.exec(line);
  if (parts === null) return undefined;
  const [, name = '', type = '', date = '', time = ''] = parts;
  const modified = toServerTime(`${date} ${time}`, date, time);
  return modified && reading('other', { ...file(`${name}.${type}`), modified });
}

function file(name: string): Extract<ListedEntry, { kind: 'file' }> {
  return { kind: 'file', name, sizeBytes: undefined, modified: undefined, unique: undefined };
}

function reading(format: FormatName, entry: ListedEntry): LineReading {
  return { format, entry };
}
