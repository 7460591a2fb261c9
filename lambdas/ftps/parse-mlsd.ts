import { ignoredEntry, type ListedEntry } from './listed-entry.ts';
import { parseTimeVal } from './time-val.ts';

/**
 * One line of MLSD (RFC 3659, 7.2): `type=file;size=5;modify=20261120021500; name`. Facts are case-insensitive, and
 * the name is everything after the first space that follows them, exactly.
 * Undefined where the line is not understood, which includes a line that does not say what kind of thing it is.
 */
export function parseMlsdLine(line: string): ListedEntry | undefined {
  const end = line.indexOf('; ');
  if (end === -1) return undefined;
  const name = line.slice(end + 2);
  const facts = parseFacts(line.slice(0, end));
  const type = facts.get('type');
  if (type === undefined || name === '') return undefined;
  switch (type.toLowerCase()) {
    case 'cdir':
    case 'pdir':
      return ignoredEntry;
    case 'dir':
      return name === '.' || name === '..' ? ignoredEntry : { kind: 'directory', name };
    case 'file':
      return fileEntry(name, facts);
    default:
      return otherEntry(type, name);
  }
}

function parseFacts(text: string): Map<string, string> {
  const facts = new Map<string, string>();
  for (const fact of text.split(';')) {
    const equals = fact.indexOf('=');
    if (equals > 0) facts.set(fact.slice(0, equals).toLowerCase(), fact.slice(equals + 1));
  }
  return facts;
}

function fileEntry(name: string, facts: ReadonlyMap<string, string>): ListedEntry | undefined {
  const size = facts.get('size');
  if (size !== undefined && !/^\d{1,15}$/.test(size)) return undefined;
  const modify = facts.get('modify');
  return {
    kind: 'file',
    name,
    sizeBytes: size === undefined ? undefined : Number(size),
    modified: modify === undefined ? undefined : parseTimeVal(modify),
    unique: facts.get('unique'),
  };
}

/** `OS.unix=symlink`, `OS.unix=slink:/target` (ProFTPD, Pure-FTPd), `OS.unix=chr-1/3` and the like (RFC 3659, 7.5.1.5). */
function otherEntry(type: string, name: string): ListedEntry | undefined {
  if (!/^os\./i.test(type)) return undefined;
  return { kind: /=(symlink|slink)/i.test(type) ? 'link' : 'special', name };
}
