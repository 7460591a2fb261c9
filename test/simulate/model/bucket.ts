import { crc32 } from 'node:zlib';
import { theWorld } from '../machine/world.ts';
import { NoSuchUpload } from '../stand-ins/client-s3.ts';
import { Readable } from '../stand-ins/streams.ts';

/** A version of an object, or a delete marker. */
export interface StoredVersion {
  readonly versionId: string;
  readonly bytes: Buffer;
  readonly etag: string;
  readonly crc32: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly storedMs: number;
  readonly isDeleteMarker: boolean;
  tags: readonly unknown[];
}

interface Input {
  readonly Key?: string;
  readonly Body?: Buffer | string;
  readonly Metadata?: Record<string, string>;
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
  readonly ChecksumCRC32?: string;
  readonly Range?: string;
  readonly VersionId?: string;
  readonly Prefix?: string;
  readonly StartAfter?: string;
  readonly Tagging?: { readonly TagSet: readonly unknown[] };
}

interface Command {
  readonly operation: string;
  readonly input: Input;
}

/**
 * The most bytes of user metadata: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
const maxMetadataBytes = 2048;

export type BucketObserver = (put: {
  readonly bucket: ModelBucket;
  readonly key: string;
  readonly version: StoredVersion;
  readonly before: StoredVersion | undefined;
}) => void;

/** A versioned bucket with the conditional writes of S3, in memory. */
export class ModelBucket {
  readonly name: string;
  /** In place of the client of the bucket. */
  readonly client: { readonly send: (command: Command) => Promise<unknown> };
  readonly #versions = new Map<string, StoredVersion[]>();
  readonly #observe: BucketObserver;
  readonly #chunkBytes: number;
  #made = 0;

  constructor(name: string, { observe, chunkBytes }: { observe: BucketObserver; chunkBytes: number }) {
    this.name = name;
    this.#observe = observe;
    this.#chunkBytes = chunkBytes;
    this.client = { send: (command) => this.#send(command) };
  }

  /** Oldest first, delete markers included. */
  versions(key: string): readonly StoredVersion[] {
    return this.#versions.get(key) ?? [];
  }

  current(key: string): StoredVersion | undefined {
    const newest = this.#versions.get(key)?.at(-1);
    return newest?.isDeleteMarker === true ? undefined : newest;
  }

  keys(): readonly string[] {
    return [...this.#versions.keys()].sort();
  }

  put(key: string, bytes: Buffer, metadata: Readonly<Record<string, string>> = {}): StoredVersion {
    return this.#add(key, bytes, { metadata, isDeleteMarker: false });
  }

  /** Puts a delete marker on the key. */
  remove(key: string): void {
    if (this.current(key) !== undefined)
      this.#add(key, Buffer.alloc(0), { metadata: {}, isDeleteMarker: true });
  }

  #add(
    key: string,
    bytes: Buffer,
    { metadata, isDeleteMarker }: Pick<StoredVersion, 'metadata' | 'isDeleteMarker'>,
  ): StoredVersion {
    this.#made += 1;
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(bytes));
    const version: StoredVersion = {
      versionId: `v${this.#made}`,
      bytes,
      etag: `"${sum.toString('hex')}${bytes.length}"`,
      crc32: sum.toString('base64'),
      metadata,
      storedMs: theWorld().nowMs,
      isDeleteMarker,
      tags: [],
    };
    const versions = this.#versions.get(key) ?? [];
    const before = this.current(key);
    versions.push(version);
    this.#versions.set(key, versions);
    this.#observe({ bucket: this, key, version, before });
    return version;
  }

  #send(command: Command): Promise<unknown> {
    const { operation, input } = command;
    const isWrite = ['put', 'delete', 'put-tags'].includes(operation);
    return theWorld().request({
      label: `bucket ${operation} ${this.name}${this.name === 'runs' ? ` ${documentName(input)}` : ''}`,
      apply: () => this.#answer(operation, input),
      lost: () => Object.assign(new Error('The connection to S3 was lost.'), { name: 'TimeoutError' }),
      isRepeated: true,
      effect: isWrite ? 'write' : 'read',
    });
  }

  #answer(operation: string, input: Input): unknown {
    const { Key: key = '' } = input;
    switch (operation) {
      case 'put':
        return this.#put(key, input);
      case 'get':
        return this.#get(input);
      case 'head': {
        const found = this.#find(input, 'NotFound');
        return { ...answerOf(found), ContentLength: found.bytes.length };
      }
      case 'list':
        return this.#list(input);
      case 'list-versions':
        return this.#listVersions(input);
      case 'delete':
        return this.#delete(input);
      case 'get-tags':
        return { TagSet: this.#find(input, 'NoSuchKey').tags };
      case 'put-tags':
        this.#find(input, 'NoSuchKey').tags = input.Tagging?.TagSet ?? [];
        return {};
      case 'list-uploads':
        return { Uploads: [] };
      case 'abort-upload':
      case 'list-parts':
        throw new NoSuchUpload('no such upload');
      default:
        throw new Error(`the model bucket does not know ${operation}`);
    }
  }

  #put(key: string, { Body = '', Metadata = {}, ...conditions }: Input): unknown {
    this.#expect(key, conditions);
    const size = Object.entries(Metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    if (size > maxMetadataBytes) throw named('MetadataTooLarge');
    const version = this.put(key, Buffer.from(Body), { ...Metadata });
    if (conditions.ChecksumCRC32 !== undefined && conditions.ChecksumCRC32 !== version.crc32)
      throw named('BadDigest');
    return { ETag: version.etag, VersionId: version.versionId };
  }

  #expect(key: string, { IfMatch, IfNoneMatch }: Pick<Input, 'IfMatch' | 'IfNoneMatch'>): void {
    const current = this.current(key);
    if (IfNoneMatch !== undefined && current !== undefined) throw named('PreconditionFailed');
    if (IfMatch === undefined) return;
    if (current === undefined) throw named('NoSuchKey');
    if (IfMatch !== current.etag) throw named('PreconditionFailed');
  }

  #get(input: Input): unknown {
    const found = this.#find(input, 'NoSuchKey');
    if (input.IfMatch !== undefined && input.IfMatch !== found.etag) throw named('PreconditionFailed');
    const [, start = '0', end = ''] = /^bytes=(\d+)-(\d*)$/.exec(input.Range ?? 'bytes=0-') ?? [];
    const bytes = found.bytes.subarray(Number(start), end === '' ? undefined : Number(end) + 1);
    let offset = 0;
    const next = async () => {
      if (offset >= bytes.length) return undefined;
      const chunk = bytes.subarray(offset, offset + this.#chunkBytes);
      offset += chunk.length;
      return chunk;
    };
    return { ...answerOf(found), Body: new Readable(next) };
  }

  #list({ Prefix = '', StartAfter = '' }: Input): unknown {
    const keys = [...this.#versions.keys()]
      .filter((key) => key.startsWith(Prefix) && key > StartAfter)
      .sort();
    const Contents = keys.flatMap((Key) => {
      const current = this.current(Key);
      return current === undefined
        ? []
        : [
            {
              Key,
              ETag: current.etag,
              Size: current.bytes.length,
              LastModified: new Date(current.storedMs),
            },
          ];
    });
    return { Contents };
  }

  #listVersions({ Prefix = '' }: Input): unknown {
    const keys = [...this.#versions.keys()].filter((key) => key.startsWith(Prefix)).sort();
    const entries = keys.flatMap((Key) =>
      this.versions(Key)
        .toReversed()
        .map(({ versionId: VersionId, etag: ETag, bytes, storedMs, isDeleteMarker }, index) => ({
          ...{ Key, VersionId, ETag, Size: bytes.length, LastModified: new Date(storedMs) },
          ...{ IsLatest: index === 0, isDeleteMarker },
        })),
    );
    return {
      Versions: entries.filter(({ isDeleteMarker }) => !isDeleteMarker),
      DeleteMarkers: entries.filter(({ isDeleteMarker }) => isDeleteMarker),
    };
  }

  #delete({ Key: key = '', ...conditions }: Input): unknown {
    if (conditions.VersionId !== undefined) {
      const versions = this.#versions.get(key) ?? [];
      const index = versions.findIndex(({ versionId }) => versionId === conditions.VersionId);
      if (index !== -1) versions.splice(index, 1);
      return {};
    }
    this.#expect(key, conditions);
    this.#add(key, Buffer.alloc(0), { metadata: {}, isDeleteMarker: true });
    return {};
  }

  #find({ Key: key = '', VersionId }: Input, missing: string): StoredVersion {
    const found =
      VersionId === undefined
        ? this.current(key)
        : this.versions(key).find((version) => version.versionId === VersionId && !version.isDeleteMarker);
    if (found === undefined) throw named(missing);
    return found;
  }
}

function answerOf({ etag, versionId, crc32: ChecksumCRC32, metadata, storedMs }: StoredVersion) {
  return {
    ETag: etag,
    VersionId: versionId,
    ChecksumCRC32,
    ChecksumType: 'FULL_OBJECT',
    Metadata: metadata,
    // A header has seconds, a listing milliseconds.
    LastModified: new Date(Math.floor(storedMs / 1000) * 1000),
  };
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}

/** The folder or name of a run's document, without its number. */
function documentName({ Key, Prefix }: Input): string {
  const path = (Key ?? Prefix ?? '').split('/').slice(3);
  return path[0]?.replace(/\.jsonl?$/, '') ?? '';
}
