import { hash } from 'node:crypto';
import { parseTimeValue } from '../../session/file-facts.ts';
import { ignoredEntry, isDotName, type LineReading, type ListedEntry } from './listed-entry.ts';

/**
 * One line of MLSD (RFC 3659, 7.2). Facts are case-insensitive. The name is everything after the first space
 * behind them, exactly as it is. Undefined where the line is not understood, also where it has no `type`.
 *
 * @example
 * parseMlsdLine('type=file;size=5;modify=20261120021500; name') // entry: { kind: 'file', name: 'name', ... }
 */
export function parseMlsdLine(text: string): LineReading | undefined {
  // One blank says that there are no facts; more of them are padding.
  const line = text.startsWith('  ') ? text.trimStart() : text;
  const end = /;[ \t]/.exec(line)?.index;
  if (end === undefined) return parseBareLine(line);
  const rest = line.slice(end + 2);
  const name = line[end + 1] === '\t' ? rest.trimStart() : rest;
  const facts = parseFacts(line.slice(0, end));
  // `type=file; size=5; name`: the name may begin at either place. A fact that came before belongs to it.
  const behind = factBehind.exec(name)?.groups?.name;
  if (behind !== undefined && !facts.has(behind.toLowerCase())) return undefined;
  const entry = toEntry(facts, name);
  if (entry === undefined) return undefined;
  const count = 1 + (/^ */.exec(name)?.[0].length ?? 0);
  return { format: 'mlsd', entry, blanks: { shape: 'exact', count } };
}

/**
 * Drafts of the RFC before mlst-07, and NcFTPd, have no semicolon before the name. A directory in this form
 * counts if another line has it: `Type=dir missing-semicolon` may be a type of that name.
 */
function parseBareLine(line: string): LineReading | undefined {
  const end = line.indexOf(' ');
  const facts = line.slice(0, Math.max(end, 0));
  const name = line.slice(end + 1);
  if (end > maxBareFacts || !/^[A-Za-z][\w.-]*=[^;]+(?:;[A-Za-z][\w.-]*=[^;]*)*$/.test(facts))
    return undefined;
  if (bareFactBehind.test(name)) return undefined;
  const entry = toEntry(parseFacts(facts), name);
  if (entry === undefined) return undefined;
  return { format: 'mlsd-bare', entry, ...(entry.kind === 'file' ? {} : { isWeak: true }) };
}

/** Longer than all facts that a server sends. */
const maxBareFacts = 1024;

const factBehind =
  /^(?<name>type|size|modify|create|perm|unique|lang|media-type|charset|unix\.\w{1,16})=[^; ]*;/i;
/** `type=file size=5 name`. */
const bareFactBehind = /^(?:type|size|modify|create|perm|unique|lang|media-type|charset|unix\.\w{1,16})=/i;

function toEntry(facts: ReadonlyMap<string, string>, name: string): ListedEntry | undefined {
  const type = facts.get('type');
  if (type === undefined || name === '') return undefined;
  switch (type.toLowerCase()) {
    case 'cdir':
    case 'pdir':
      return ignoredEntry;
    case 'dir':
      return isDotName(name.trim()) ? ignoredEntry : { kind: 'directory', name };
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
    modified: modify === undefined ? undefined : parseTimeValue(modify),
    unique: boundedUnique(facts.get('unique')),
  };
}

const maxUniqueLength = 128;

/** Servers send a device and an inode. What is longer or not printable is replaced by its hash. */
function boundedUnique(fact: string | undefined): string | undefined {
  if (fact === undefined || (fact.length <= maxUniqueLength && /^[\x21-\x7e]*$/.test(fact))) return fact;
  return `sha256:${hash('sha256', fact)}`;
}

/**
 * Types of the operating system (RFC 3659, 7.5.1.5): `OS.unix=symlink`, `OS.unix=slink:/target` (ProFTPD,
 * Pure-FTPd), `OS.unix=chr-1/3`.
 */
function otherEntry(type: string, name: string): ListedEntry | undefined {
  if (!/^os\./i.test(type)) return undefined;
  return { kind: /=(symlink|slink)/i.test(type) ? 'link' : 'special', name };
}
