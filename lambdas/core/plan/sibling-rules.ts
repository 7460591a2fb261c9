import { hash } from 'node:crypto';
import type { RemoteFile } from '../listing/remote-file.ts';
import { isDoneFile } from '../path/done-file.ts';
import { baseName } from '../path/remote-path.ts';
import { DoneFileCensus, type FindDoneFile, toDoneFile } from './done-file-census.ts';

/** What the decision about a file depends on in its directory. */
export interface Siblings {
  /** The done file of this name, as it is listed; undefined if the directory has none. */
  readonly findDoneFile: FindDoneFile;
  /**
   * Whether another name differs only in Unicode normalization. Such names look the same to people and to
   * many consumers, so both files are refused until the partner renames one.
   */
  readonly isUnicodeDuplicate: (name: string) => boolean;
}

/** The siblings in a directory whose files are all in memory. */
export function toSiblings(files: readonly RemoteFile[]): Siblings {
  const byName = new Map(files.map((file) => [baseName(file.path), file]));
  const byForm = Map.groupBy(byName.keys(), (name) => name.normalize('NFC'));
  const twins = new Set([...byForm.values()].filter((group) => group.length > 1).flat());
  return {
    findDoneFile: (name) => {
      const found = byName.get(name);
      return found && toDoneFile(found);
    },
    isUnicodeDuplicate: (name) => twins.has(name),
  };
}

/**
 * Collects the siblings in a directory of any size from its files, each added once. It keeps only the first 8
 * bytes of the SHA-256 of each name, and little of each done file. Two of a million names share these bytes
 * in one of forty million such directories.
 */
export class SiblingCensus {
  readonly #doneFilePattern: string | undefined;
  readonly #forms = new Digests();
  readonly #doneFiles = new DoneFileCensus();

  constructor(doneFilePattern: string | undefined) {
    this.#doneFilePattern = doneFilePattern;
  }

  add(file: RemoteFile): void {
    const name = baseName(file.path);
    this.#forms.add(name.normalize('NFC'));
    const isMarker = this.#doneFilePattern !== undefined && isDoneFile(name, this.#doneFilePattern);
    if (isMarker) this.#doneFiles.add(name, file);
  }

  /** The result, once every file has been added. */
  end(): Siblings {
    const shared = this.#forms.repeated();
    return {
      findDoneFile: this.#doneFiles.end(),
      isUnicodeDuplicate: (name) => contains(shared, name.normalize('NFC')),
    };
  }
}

/** The first 8 bytes of the SHA-256 of many texts. */
class Digests {
  #values = new BigUint64Array(1024);
  #count = 0;

  add(text: string): void {
    if (this.#count === this.#values.length) {
      const larger = new BigUint64Array(this.#count * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count] = digest(text);
    this.#count += 1;
  }

  sorted(): BigUint64Array {
    return this.#values.subarray(0, this.#count).sort();
  }

  /** Those that were added more than once, ascending. */
  repeated(): BigUint64Array {
    const all = this.sorted();
    return all.filter((value, index) => value === all[index - 1]);
  }
}

function digest(text: string): bigint {
  return hash('sha256', text, 'buffer').readBigUInt64LE();
}

function contains(sorted: BigUint64Array, text: string): boolean {
  if (sorted.length === 0) return false;
  const wanted = digest(text);
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0n) < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted;
}
