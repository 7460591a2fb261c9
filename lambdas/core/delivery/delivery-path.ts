import { createHash } from 'node:crypto';
import { doneFileName, isDoneFile } from '../path/done-file.ts';
import {
  baseName,
  childPath,
  nameError,
  type PathErrorKind,
  parentPath,
  type RemotePath,
} from '../path/remote-path.ts';

/**
 * How a push flow names files at the partner: the mapping of its prefix to its remote directory, and the
 * companion files.
 */
export interface DeliveryRules {
  readonly prefix: string;
  readonly remote: RemotePath;
  /** The pattern of the done file, such as `{name}.done`; undefined: none. */
  readonly doneFile?: string | undefined;
  /** The algorithm of the checksum file `{name}.sha256`; undefined: none. */
  readonly checksumFile?: 'sha256' | undefined;
  /** `direct`: no file is staged. */
  readonly delivery?: 'staged' | 'direct' | undefined;
  /** An object with fewer bytes is not delivered. Default: 0. */
  readonly minBytes?: number | undefined;
  /** The pattern of the staging name, with {name} and {version}. */
  readonly stagingName: string;
}

/** The paths that a delivery uses at the partner. */
export interface DeliveryPaths {
  readonly target: RemotePath;
  /** Different for every try of every version, so that no two workers ever write to one file. */
  readonly staging: RemotePath;
  /** Where the companion files are staged, one after the other. It is the try's own, too. */
  readonly companionStaging: RemotePath;
  readonly checksum: RemotePath | undefined;
  readonly done: RemotePath | undefined;
}

/**
 * `reserved-name`: the name, or that of a companion file, matches the done, checksum or staging files of
 * other objects.
 */
export type DeliveryPathError = PathErrorKind | 'outside-prefix' | 'reserved-name' | 'name-too-long';

/** The maximum length of a name in common file systems, in bytes. */
const maxNameBytes = 255;

/** One try of a version; `attempt` is undefined where no staging name is needed. */
interface ObjectTry {
  readonly key: string;
  readonly versionId: string;
  readonly attempt?: string | undefined;
}

/**
 * The paths of an object at the partner: the key below the prefix, letter for letter, so that two keys never
 * share a path. A string is the reason why the key has no valid path.
 * @example deliveryPaths(rules, { key: 'acme/orders/a.csv', versionId }) // target: '/incoming/a.csv'
 */
export function deliveryPaths(rules: DeliveryRules, object: ObjectTry): DeliveryPaths | DeliveryPathError {
  if (!object.key.startsWith(rules.prefix)) return 'outside-prefix';
  const names = object.key.slice(rules.prefix.length).split('/');
  const error = names.map(nameError).find((each) => each !== undefined);
  if (error !== undefined) return error;
  const target = names.reduce<RemotePath>((path, name) => childPath(path, name), rules.remote);
  const files = companionNames(rules, baseName(target), object);
  const used = Object.entries(files);
  if (used.some(([use, name]) => findRoles(rules, name).some((each) => each !== use))) return 'reserved-name';
  const longest = Math.max(...[...names, ...Object.values(files)].map((name) => Buffer.byteLength(name)));
  if (longest > maxNameBytes) return 'name-too-long';
  const beside = (name: string | undefined) =>
    name === undefined ? undefined : childPath(parentPath(target), name);
  const inDirectory = (name: string) => childPath(parentPath(target), name);
  return {
    target,
    staging: inDirectory(files.staging),
    companionStaging: inDirectory(companionStagingName(rules, baseName(target), object)),
    checksum: beside(files.checksum),
    done: beside(files.done),
  };
}

/** The names in the target's directory that a delivery uses, by role. */
type FileNames = Readonly<{ target: string; staging: string; checksum?: string; done?: string }>;

function companionNames(
  { stagingName, checksumFile, doneFile }: DeliveryRules,
  name: string,
  { versionId, attempt }: ObjectTry,
): FileNames {
  return {
    target: name,
    staging: toStagingName(stagingName, name, tryId({ versionId, attempt })),
    ...(checksumFile === undefined ? {} : { checksum: `${name}.${checksumFile}` }),
    ...(doneFile === undefined ? {} : { done: doneFileName(name, doneFile) }),
  };
}

/** Not the name of the object's upload: that must be missing after the rename, which proves it. */
function companionStagingName({ stagingName }: DeliveryRules, name: string, object: ObjectTry): string {
  return toStagingName(stagingName, name, `${tryId(object)} companion`);
}

function tryId({ versionId, attempt }: Pick<ObjectTry, 'versionId' | 'attempt'>): string {
  return attempt === undefined ? versionId : `${versionId} ${attempt}`;
}

/** The roles that a name can have for any object of the flow. */
function findRoles(
  { stagingName, checksumFile, doneFile }: DeliveryRules,
  name: string,
): (keyof FileNames)[] {
  return [
    ...(isStagingName(stagingName, name) ? (['staging'] as const) : []),
    ...(checksumFile !== undefined && name.endsWith(`.${checksumFile}`) ? (['checksum'] as const) : []),
    ...(doneFile !== undefined && isDoneFile(name, doneFile) ? (['done'] as const) : []),
  ];
}

/**
 * The staging name. If it would be too long, the digest of the name replaces the name, so that every name
 * that the partner accepts can be staged.
 */
function toStagingName(pattern: string, name: string, version: string): string {
  // In one pass: a name may itself contain a placeholder.
  const filled = (shown: string) =>
    pattern.replace(/\{(name|version)\}/g, (_, part) => (part === 'name' ? shown : digest(version)));
  const whole = filled(name);
  return Buffer.byteLength(whole) <= maxNameBytes ? whole : filled(digest(name));
}

/** Whether a name at the partner matches the staging names of the flow, for any object and version. */
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
