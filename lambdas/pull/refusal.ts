import { ItemRefusedError } from '../ledger/write-item.ts';
import { StorageError } from '../s3/storage-error.ts';

/** S3 refuses one object, or the table one item. The message names it, and says what to do. */
export type Refusal = StorageError | ItemRefusedError;

/**
 * Whether S3 or the table refuses this one object or item, whatever it does with others. To try it again is
 * of no use: name it, and let the others go on. Any other error of storage concerns the bucket, the table or
 * the role, so every other file would meet it too: throw it, it ends the step.
 */
export function isRefusal(error: unknown): error is Refusal {
  return (
    error instanceof ItemRefusedError || (error instanceof StorageError && error.kind === 'object-refused')
  );
}

/**
 * Does something about one object or item.
 * @param onRefused names the refusal, and returns what takes the place of the result.
 * @throws what concerns more than this object or item.
 */
export async function unlessRefused<T>(
  work: () => Promise<T>,
  onRefused: (refusal: Refusal) => T,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return onRefused(error);
  }
}
