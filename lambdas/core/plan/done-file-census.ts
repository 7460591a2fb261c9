import { hash } from 'node:crypto';
import type { Fingerprint } from '../listing/fingerprint.ts';
import type { ModifiedTime } from '../listing/remote-file.ts';

/** The done files of one directory by name: as they are listed. `unique` is replaced by its hash. */
export type FindDoneFile = (name: string) => Fingerprint | undefined;

/** What is kept of a done file: enough to compare it with its file and with an earlier one. */
export function toDoneFile({ sizeBytes, modified, unique }: Fingerprint): Fingerprint {
  return { sizeBytes, modified, unique: unique === undefined ? undefined : digest(unique).toString(16) };
}

const times: readonly Pick<ModifiedTime, 'precision' | 'clock'>[] = (['utc', 'server'] as const).flatMap(
  (clock) => (['second', 'minute', 'day'] as const).map((precision) => ({ precision, clock })),
);

/**
 * Collects the done files of a directory of any size, in 33 bytes each: of names and `unique` facts, only the
 * first 8 bytes of the SHA-256 are kept.
 */
export class DoneFileCensus {
  #capacity = 1024;
  #count = 0;
  #names = new BigUint64Array(this.#capacity);
  #uniques = new BigUint64Array(this.#capacity);
  #sizes = new Float64Array(this.#capacity);
  #wallClocksMs = new Float64Array(this.#capacity);
  #times = new Int8Array(this.#capacity);

  add(name: string, { sizeBytes, modified, unique }: Fingerprint): void {
    if (this.#count === this.#capacity) this.#grow();
    const index = this.#count;
    this.#names[index] = digest(name);
    this.#uniques[index] = unique === undefined ? 0n : digest(unique);
    this.#sizes[index] = sizeBytes ?? Number.NaN;
    this.#wallClocksMs[index] = modified === undefined ? Number.NaN : Date.parse(`${modified.wallClock}Z`);
    this.#times[index] = times.findIndex(
      ({ precision, clock }) => precision === modified?.precision && clock === modified.clock,
    );
    this.#count += 1;
  }

  /** The result, once every done file has been added. */
  end(): FindDoneFile {
    const names = this.#names;
    const order = new Uint32Array(this.#count).map((_, index) => index);
    order.sort((a, b) => compare(names[a] ?? 0n, names[b] ?? 0n));
    return (name) => {
      const index = search(order, names, digest(name));
      return index === undefined ? undefined : this.#at(index);
    };
  }

  #at(index: number): Fingerprint {
    const [size, unique] = [this.#sizes[index] ?? Number.NaN, this.#uniques[index] ?? 0n];
    return {
      sizeBytes: Number.isNaN(size) ? undefined : size,
      modified: this.#modifiedAt(index),
      unique: unique === 0n ? undefined : unique.toString(16),
    };
  }

  #modifiedAt(index: number): ModifiedTime | undefined {
    const time = times[this.#times[index] ?? -1];
    const wallClockMs = this.#wallClocksMs[index] ?? Number.NaN;
    if (time === undefined || Number.isNaN(wallClockMs)) return undefined;
    return { raw: '', wallClock: new Date(wallClockMs).toISOString().slice(0, 19), ...time };
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#names = copyInto(new BigUint64Array(this.#capacity), this.#names);
    this.#uniques = copyInto(new BigUint64Array(this.#capacity), this.#uniques);
    this.#sizes = copyInto(new Float64Array(this.#capacity), this.#sizes);
    this.#wallClocksMs = copyInto(new Float64Array(this.#capacity), this.#wallClocksMs);
    this.#times = copyInto(new Int8Array(this.#capacity), this.#times);
  }
}

function copyInto<A extends { set(values: A): void }>(larger: A, values: A): A {
  larger.set(values);
  return larger;
}

function digest(text: string): bigint {
  return hash('sha256', text, 'buffer').readBigUInt64LE();
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @returns the index of the wanted name; undefined if it is not there. */
function search(order: Uint32Array, names: BigUint64Array, wanted: bigint): number | undefined {
  let low = 0;
  for (let high = order.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if ((names[order[middle] ?? 0] ?? 0n) < wanted) low = middle + 1;
    else high = middle;
  }
  const index = order[low];
  return index !== undefined && names[index] === wanted ? index : undefined;
}
