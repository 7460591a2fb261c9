/** How far the work came: how many were begun (and have ended), and whether the source had no more. */
export interface WorkDone {
  readonly begun: number;
  readonly exhausted: boolean;
}

/**
 * Works on what the source yields, a few at once, in the order of the source. The first failure stops what has not begun,
 * waits for what has, and is thrown.
 */
export async function forEachAtOnce<T>(task: {
  readonly source: AsyncIterable<T>;
  readonly atOnce: number;
  readonly mayBegin: () => boolean;
  readonly work: (each: T) => Promise<void>;
}): Promise<WorkDone> {
  const iterator = task.source[Symbol.asyncIterator]();
  const state: { begun: number; exhausted: boolean; failure: { readonly error: unknown } | undefined } = {
    begun: 0,
    exhausted: false,
    failure: undefined,
  };
  // An async generator answers one `next` at a time and in order, so the workers may share it.
  const worker = async () => {
    while (state.failure === undefined && !state.exhausted && task.mayBegin()) {
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
      state.failure ??= { error };
    }),
  );
  await Promise.all(workers);
  await iterator.return?.();
  if (state.failure !== undefined) throw state.failure.error;
  return { begun: state.begun, exhausted: state.exhausted };
}
