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

/** `reserved-name`: it, or a file beside it, would be taken for a marker, a checksum file or a staging file of another object. */
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
  const target = names.reduce<RemotePath>((path, name) => childPath(path, name), rules.remote);
  const files = filesOf(rules, nameOf(target), object.versionId);
  const used = Object.entries(files);
  if (used.some(([use, name]) => usesOf(rules, name).some((each) => each !== use))) return 'reserved-name';
  const longest = Math.max(...[...names, ...Object.values(files)].map((name) => Buffer.byteLength(name)));
  if (longest > longestNameBytes) return 'name-too-long';
  const beside = (name: string | undefined) =>
    name === undefined ? undefined : childPath(parentPath(target), name);
  const staging = childPath(parentPath(target), files.staging);
  return { target, staging, checksum: beside(files.checksum), done: beside(files.done) };
}

/** The names in the target's directory that a delivery uses, by what for. */
type FileNames = Readonly<{ target: string; staging: string; checksum?: string; done?: string }>;

function filesOf(
  { stagingName, checksumFile, doneFile }: DeliveryRules,
  name: string,
  versionId: string,
): FileNames {
  return {
    target: name,
    staging: stagingNameOf(stagingName, name, versionId),
    ...(checksumFile === undefined ? {} : { checksum: `${name}.${checksumFile}` }),
    ...(doneFile === undefined ? {} : { done: doneFileOf(name, doneFile) }),
  };
}

/** What a name can be beside an object of whatever name. */
function usesOf({ stagingName, checksumFile, doneFile }: DeliveryRules, name: string): (keyof FileNames)[] {
  return [
    ...(isStagingName(stagingName, name) ? (['staging'] as const) : []),
    ...(checksumFile !== undefined && name.endsWith(`.${checksumFile}`) ? (['checksum'] as const) : []),
    ...(doneFile !== undefined && isDoneFile(name, doneFile) ? (['done'] as const) : []),
  ];
}

/** A name that would make the staging name too long is put in by its digest, so that what the partner can take can be staged. */
function stagingNameOf(pattern: string, name: string, versionId: string): string {
  // In one pass: a name may hold such letters itself.
  const filled = (shown: string) =>
    pattern.replace(/\{(name|version)\}/g, (_, part) => (part === 'name' ? shown : digest(versionId)));
  const whole = filled(name);
  return Buffer.byteLength(whole) <= longestNameBytes ? whole : filled(digest(name));
}

/** Whether a name at the partner can be one of our staging names, of whatever object and version. */
export function isStagingName(pattern: string, name: string): boolean {
  const source = pattern
    .split(/(\{name\}|\{version\})/)
    .map((part) => (part === '{name}' ? '.+' : part === '{version}' ? '[0-9a-f]{16}' : RegExp.escape(part)))
    .join('');
  return new RegExp(`^${source}$`, 'su').test(name);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
