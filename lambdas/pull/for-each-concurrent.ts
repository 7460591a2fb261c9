/** How far {@link forEachConcurrent} came. */
export interface ConcurrentWork {
  /** How many items were begun; all of them have ended. */
  readonly begun: number;
  /** Whether the source has no more items. */
  readonly exhausted: boolean;
}

/**
 * Works on the items of a source, up to `atOnce` at the same time, in the order of the source.
 * @throws the first error of `work`, after the items that were begun have ended. No further item is begun.
 */
export async function forEachConcurrent<T>(task: {
  readonly source: AsyncIterable<T>;
  readonly atOnce: number;
  /** Asked before each item; false ends the work. */
  readonly mayBegin: () => boolean;
  readonly work: (item: T) => Promise<void>;
}): Promise<ConcurrentWork> {
  const iterator = task.source[Symbol.asyncIterator]();
  const state: { begun: number; exhausted: boolean; firstError: { readonly error: unknown } | undefined } = {
    begun: 0,
    exhausted: false,
    firstError: undefined,
  };
  // An async generator answers one `next` at a time and in order, so the workers may share it.
  const worker = async () => {
    while (state.firstError === undefined && !state.exhausted && task.mayBegin()) {
      const { done, value } = await iterator.next();
      if (done === true) {
        state.exhausted = true;
        return;
      }
      state.begun += 1;
      await task.work(value);
    }
  };
  const workers = Array.from({ length: task.atOnce }, () =>
    worker().catch((error: unknown) => {
      state.firstError ??= { error };
    }),
  );
  await Promise.all(workers);
  await iterator.return?.();
  if (state.firstError !== undefined) throw state.firstError.error;
  return { begun: state.begun, exhausted: state.exhausted };
}
