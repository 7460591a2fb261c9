import { ServiceError } from '../../endpoint/service-error.ts';
import { queueError } from './queue-error.ts';

const maxEntries = 10;
const idPattern = /^[\w-]{1,80}$/;

/** @throws ServiceError for a batch that Amazon SQS refuses as a whole. */
export function checkEntryIds(ids: readonly string[]): void {
  if (ids.length === 0)
    throw queueError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (ids.length > maxEntries) {
    throw queueError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${maxEntries}. You have sent ${ids.length}.`,
    );
  }
  const invalid = ids.find((id) => !idPattern.test(id));
  if (invalid !== undefined) {
    throw queueError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw queueError('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
}

interface BatchResult {
  readonly Successful: readonly object[];
  readonly Failed: readonly object[];
}

/** Serves each entry. An entry that is refused does not affect the others. */
export function forEachEntry<Entry extends { readonly Id: string }>(
  entries: readonly Entry[],
  serve: (entry: Entry) => object,
): BatchResult {
  checkEntryIds(entries.map(({ Id }) => Id));
  const successful: object[] = [];
  const failed: object[] = [];
  for (const entry of entries) {
    try {
      successful.push({ Id: entry.Id, ...serve(entry) });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      failed.push({ Id: entry.Id, SenderFault: true, Code: error.type, Message: error.message });
    }
  }
  return { Successful: successful, Failed: failed };
}
