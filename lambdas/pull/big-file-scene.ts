import type { PartnerFile } from '../contract/partner-file.ts';
import type { TransferAction } from '../contract/plan-documents.ts';
import type { Slice } from '../contract/workflow.ts';
import type { Pool } from '../ftps/pool.ts';
import type { EntryWrite } from '../ledger/file-entries.ts';
import type { Table } from '../ledger/table.ts';
import type { Deadline } from '../runtime/deadline.ts';
import type { Bucket } from '../s3/bucket.ts';
import type { SourceFacts } from '../s3/source-facts.ts';
import type { TransferRate } from '../sync/expected-time.ts';
import { fingerprintOf } from '../sync/fingerprint.ts';
import type { Outcome } from '../sync/outcome.ts';
import { pathBelow } from '../sync/remote-path.ts';
import type { OpenBigFile } from './big-file-state.ts';
import type { TransferOwner } from './transfer-file.ts';

/** What BigFiles works on with each of its files. */
export interface BigFileScene {
  readonly owner: TransferOwner;
  readonly partner: PartnerFile;
  readonly rate: TransferRate;
  readonly pool: Pick<Pool, 'use'>;
  readonly table: Table;
  readonly inbox: Bucket;
  readonly runs: Bucket;
  readonly now: () => Date;
  readonly deadline: Deadline;
}

/** What one round has come to with a file. */
export type BigFileEnd =
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  | { readonly kind: 'open'; readonly file: OpenBigFile; readonly slices: readonly Slice[] };

/** The file's entry in the ledger. */
export function entryOf({ file }: TransferAction, { run, remote }: TransferOwner): EntryWrite {
  return { flowName: run, relativePath: pathBelow(remote, file.path) ?? '', fence: run.fence };
}

/** What the object's metadata will say of its source. */
export function factsOf({ file }: TransferAction, { run }: TransferOwner): SourceFacts {
  return { ...run, path: file.path, fingerprint: fingerprintOf(file) };
}
