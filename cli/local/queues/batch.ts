import { ServiceFault } from '../endpoint/service-fault.ts';
import { queueFault } from './queue-fault.ts';

const maxEntries = 10;
const idPattern = /^[\w-]{1,80}$/;

/** @throws ServiceFault as Amazon SQS refuses such a batch as a whole. */
export function checkEntryIds(ids: readonly string[]): void {
  if (ids.length === 0)
    throw queueFault('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (ids.length > maxEntries) {
    throw queueFault(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${maxEntries}. You have sent ${ids.length}.`,
    );
  }
  const invalid = ids.find((id) => !idPattern.test(id));
  if (invalid !== undefined) {
    throw queueFault(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw queueFault('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
}

interface BatchResult {
  readonly Successful: readonly object[];
  readonly Failed: readonly object[];
}

/** Does each entry by itself; one that is refused fails alone. */
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
      if (!(error instanceof ServiceFault)) throw error;
      failed.push({ Id: entry.Id, SenderFault: true, Code: error.type, Message: error.message });
    }
  }
  return { Successful: successful, Failed: failed };
}
