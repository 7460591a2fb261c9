import { hash } from 'node:crypto';
import { isDoneFile } from './settle.ts';

/** What a decision about a file needs to know of the other names in its directory. */
export interface Neighbours {
  /** Whether a done file of this name is there. */
  readonly hasDoneFile: (name: string) => boolean;
  /**
   * Whether another name differs in its Unicode form alone. Such names look the same to people and to many consumers, so which
   * is meant is not ours to guess: both wait until the partner has renamed one.
   */
  readonly isTwin: (name: string) => boolean;
}

/** Of a directory whose names are all at hand, each of them once. */
export function neighboursAmong(names: ReadonlySet<string>): Neighbours {
  const byForm = Map.groupBy(names, (name) => name.normalize('NFC'));
  const twins = new Set([...byForm.values()].filter((group) => group.length > 1).flat());
  return { hasDoneFile: (name) => names.has(name), isTwin: (name) => twins.has(name) };
}

/**
 * Of a directory of any size, whose names come one by one, each of them once. Of each name 8 bytes are kept and not the name: the
 * beginning of its SHA-256. That two of a million names share it happens in one of forty million such directories.
 */
export class NeighbourCensus {
  readonly #doneFilePattern: string | undefined;
  readonly #forms = new Digests();
  readonly #doneFiles = new Digests();

  constructor(doneFilePattern: string | undefined) {
    this.#doneFilePattern = doneFilePattern;
  }

  add(name: string): void {
    this.#forms.add(name.normalize('NFC'));
    const isMarker = this.#doneFilePattern !== undefined && isDoneFile(name, this.#doneFilePattern);
    if (isMarker) this.#doneFiles.add(name);
  }

  /** What is known once every name has been added. */
  end(): Neighbours {
    const shared = this.#forms.repeated();
    const doneFiles = this.#doneFiles.sorted();
    return {
      hasDoneFile: (name) => isAmong(doneFiles, name),
      isTwin: (name) => isAmong(shared, name.normalize('NFC')),
    };
  }
}

/** The beginnings of the SHA-256 of many texts. */
class Digests {
  #values = new BigUint64Array(1024);
  #count = 0;

  add(text: string): void {
    if (this.#count === this.#values.length) {
      const larger = new BigUint64Array(this.#count * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count] = digestOf(text);
    this.#count += 1;
  }

  sorted(): BigUint64Array {
    return this.#values.subarray(0, this.#count).sort();
  }

  /** Those that were added more than once, in order. */
  repeated(): BigUint64Array {
    const all = this.sorted();
    return all.filter((value, index) => value === all[index - 1]);
  }
}

function digestOf(text: string): bigint {
  return hash('sha256', text, 'buffer').readBigUInt64LE();
}

function isAmong(sorted: BigUint64Array, text: string): boolean {
  if (sorted.length === 0) return false;
  const wanted = digestOf(text);
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0n) < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted;
}
