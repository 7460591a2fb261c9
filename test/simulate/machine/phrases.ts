/** The operations that a story tells, and how. All others are bookkeeping. */
const phrases: readonly (readonly [operation: RegExp, told: string])[] = [
  [/^begin .*/, 'begins'],
  [/^ftp (?:MLSD|LIST).*/, 'lists the directory'],
  [/^ftp RETR (\S+)/, 'reads $1'],
  [/^ftp RETR-data/, 'reads the rest'],
  [/^ftp (SIZE|MDTM|MLST) (\S+)/, 'asks for $1 of $2'],
  [/^ftp DELE (\S+)/, 'deletes $1 at the partner'],
  [/^ftp RNFR (\S+)/, 'is about to rename $1'],
  [/^ftp RNTO (\S+)/, 'renames it to $1 at the partner'],
  [/^ftp STOR (\S+)/, 'opens $1 at the partner for writing'],
  [/^ftp STOR-data/, 'writes a piece'],
  [/^ftp STOR-end/, 'ends the upload'],
  [/^bucket (put|delete) (inbox|outbox)/, '$1s an object in the $2'],
  [/^bucket head (inbox|outbox)/, 'looks at the object in the $1'],
  [/^ledger update file transferred/, 'records the file as transferred'],
  [/^ledger update file lastError/, 'records an error of the file'],
  [/^ledger update file observation/, 'records that it has seen the file'],
  [/^ledger update file claimed/, 'claims the event'],
  [/^ledger update file renaming/, 'records that the rename is about to begin'],
  [/^ledger update file delivered/, 'records the object as delivered'],
  [/^ledger (get|query|batch-get) (file|F)$/, 'reads the record'],
  [/^queue send (\S+)/, 'sends a message to the $1 queue'],
];

/** An operation in plain English; undefined for one that only keeps the books. */
export function phrase(label: string): string | undefined {
  const found = phrases.find(([operation]) => operation.test(label));
  return found && label.replace(found[0], found[1]);
}
