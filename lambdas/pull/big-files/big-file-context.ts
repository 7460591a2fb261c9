import type { PartnerFile } from '../../contract/partner-file/partner-file.ts';
import type { TransferRate } from '../../core/plan/transfer-rate.ts';
import type { Pool } from '../../ftps/session/pool.ts';
import type { Table } from '../../ledger/table.ts';
import type { Deadline } from '../../runtime/deadline.ts';
import type { StepLog } from '../../runtime/log.ts';
import type { Bucket } from '../../s3/bucket.ts';
import type { TransferScope } from '../transfer-file/record-outcome.ts';

/** What a round of BigFiles works with, the same for each of its files. */
export interface BigFileContext {
  readonly scope: TransferScope;
  readonly partner: PartnerFile;
  readonly rate: TransferRate;
  readonly pool: Pick<Pool, 'use'>;
  readonly table: Table;
  readonly inbox: Bucket;
  readonly runs: Bucket;
  readonly now: () => Date;
  readonly deadline: Deadline;
  readonly log: Pick<StepLog, 'warn'>;
}
