/**
 * An error that the operator can correct: a wrong folder, secrets file or partner file. The message says how.
 */
export class LocalUsageError extends Error {
  override readonly name = 'LocalUsageError';
}

/**
 * A file of the data folder cannot be read.
 * @param what it holds, for example `the object index`.
 * @param why as the library that reads it says.
 */
export function damagedDataError(what: string, file: string, why: string, cause?: unknown): LocalUsageError {
  return new LocalUsageError(
    `Damaged data: ${what} of the data folder, ${file}: ${why}. Restore the data folder from a copy, or delete it to ` +
      'start over (its local files and ledger are lost; nothing changes at the partner), or choose another one with --data.',
    { cause },
  );
}
