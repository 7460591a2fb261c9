import { createHash } from 'node:crypto';
import { childPath, nameFault, nameOf, type PathFault, parentPath, type RemotePath } from './remote-path.ts';
import { doneFileOf, isDoneFile } from './settle.ts';

/** From a flow's prefix to its remote directory, and which files stand beside a delivered one. */
export interface DeliveryRules {
  readonly prefix: string;
  readonly remote: RemotePath;
  /** `{name}.done`: a marker written after the file. */
  readonly doneFile: string | undefined;
  /** The algorithm of a checksum file `{name}.sha256` written after the file. */
  readonly checksumFile: 'sha256' | undefined;
  /** How an upload is called while it grows: {name} and {version}. */
  readonly stagingName: string;
}

/** The names a delivery uses at the partner. */
export interface DeliveryPaths {
  readonly target: RemotePath;
  /** The same for every try of one object version, so that a retry overwrites its own leftover and nobody else's. */
  readonly staging: RemotePath;
  readonly checksum: RemotePath | undefined;
  readonly done: RemotePath | undefined;
}

/** `reserved-name`: it would be taken for a marker, a checksum file or a staging file of another object. */
export type DeliveryPathFault = PathFault | 'outside-prefix' | 'reserved-name' | 'name-too-long';

/** The most that common file systems take for one name, in bytes. */
const longestNameBytes = 255;

/**
 * Where an object goes at the partner: the key below the prefix, letter for letter, so that two keys never share a name.
 * A string is the fault of a key that has no place there.
 */
export function deliveryPaths(
  rules: DeliveryRules,
  object: { readonly key: string; readonly versionId: string },
): DeliveryPaths | DeliveryPathFault {
  if (!object.key.startsWith(rules.prefix)) return 'outside-prefix';
  const names = object.key.slice(rules.prefix.length).split('/');
  const fault = names.map(nameFault).find((each) => each !== undefined);
  if (fault !== undefined) return fault;
  const target = names.reduce(childPath, rules.remote);
  const name = nameOf(target);
  if (isReserved(rules, name)) return 'reserved-name';
  const beside = (pattern: string) => childPath(parentPath(target), doneFileOf(name, pattern));
  const checksum = rules.checksumFile === undefined ? undefined : beside(`{name}.${rules.checksumFile}`);
  const done = rules.doneFile === undefined ? undefined : beside(rules.doneFile);
  const staging = childPath(parentPath(target), stagingNameOf(rules.stagingName, name, object.versionId));
  const longest = Math.max(
    ...[target, checksum, done].map((path) => Buffer.byteLength(path === undefined ? '' : nameOf(path))),
  );
  return longest > longestNameBytes ? 'name-too-long' : { target, staging, checksum, done };
}

/** Long names are shortened by their digest, so that a name the partner can take has a staging name it can take. */
function stagingNameOf(pattern: string, name: string, versionId: string): string {
  const short = Buffer.byteLength(name) <= 200 ? name : digest(name);
  return pattern.replaceAll('{name}', () => short).replaceAll('{version}', () => digest(versionId));
}

/** Whether a name at the partner can be one of our staging names, of whatever object and version. */
export function isStagingName(pattern: string, name: string): boolean {
  const source = pattern
    .split(/(\{name\}|\{version\})/)
    .map((part) => (part === '{name}' ? '.+' : part === '{version}' ? '[0-9a-f]{16}' : RegExp.escape(part)))
    .join('');
  return new RegExp(`^${source}$`, 'su').test(name);
}

function isReserved(rules: DeliveryRules, name: string): boolean {
  const isDone = rules.doneFile !== undefined && isDoneFile(name, rules.doneFile);
  const isChecksum = rules.checksumFile !== undefined && name.endsWith(`.${rules.checksumFile}`);
  return isDone || isChecksum || isStagingName(rules.stagingName, name);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
