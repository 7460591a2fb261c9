import { compareUtf8, type FileOrder } from '../../lambdas/core/path/path-order.ts';

/** A value at its position in the ledger. */
export interface Ordered<T> {
  readonly order: FileOrder;
  readonly value: T;
}

/** What the sources have at one position: a value for each source, undefined where it has none. */
export interface Merged<T> {
  readonly order: FileOrder;
  readonly values: readonly (T | undefined)[];
}

/**
 * Merges sources that are in the order of the ledger, and puts together what they have at one position. Of a
 * source that has a position twice, the last value counts. Holds one value of each source.
 */
export async function* mergeSorted<T>(
  sources: readonly AsyncGenerator<Ordered<T>>[],
): AsyncGenerator<Merged<T>> {
  const heads = await Promise.all(sources.map((source) => source.next()));
  for (;;) {
    let first: FileOrder | undefined;
    for (const head of heads) {
      if (head.done) continue;
      if (first === undefined || compareOrders(head.value.order, first) < 0) first = head.value.order;
    }
    if (first === undefined) return;
    const values: (T | undefined)[] = [];
    for (const [index, source] of sources.entries()) {
      values.push(undefined);
      for (let head = heads[index]; head !== undefined && !head.done; head = heads[index]) {
        if (compareOrders(head.value.order, first) !== 0) break;
        values[index] = head.value.value;
        heads[index] = await source.next();
      }
    }
    yield { order: first, values };
  }
}

/** Negative, zero or positive, as the ledger sorts. */
export function compareOrders(a: FileOrder, b: FileOrder): number {
  return compareUtf8(a.directory, b.directory) || compareUtf8(a.name, b.name);
}
