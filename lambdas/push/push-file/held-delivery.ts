import { randomBytes } from 'node:crypto';
import { leaseUntil, type StagedFile } from '../../core/delivery/delivery-lease.ts';
import { type DeliveryRules, deliveryPaths } from '../../core/delivery/delivery-path.ts';
import type {
  DeliveredVersion,
  DeliveryLastError,
  DeliveryRecord,
  StartedRename,
  StartedWrite,
  TooSmallVersion,
} from '../../core/delivery/delivery-record.ts';
import type { UploadCheckpoint } from '../../core/delivery/resume-upload.ts';
import {
  DeliveryLeaseLostError,
  type DeliveryName,
  type LeasedDelivery,
  recordDelivered,
  recordDeliveryError,
  recordDisposed,
  recordDisposing,
  recordNothingToDeliver,
  recordNotRenamed,
  recordRenaming,
  recordTooSmall,
  recordUpload,
  releaseDelivery,
  type TryRemains,
} from '../../ledger/entries/delivery-entries.ts';
import { takeDelivery } from '../../ledger/entries/delivery-leases.ts';
import type { Table } from '../../ledger/table.ts';
import type { InvocationTime } from './stage-object.ts';

/** Another worker delivers this object, or was lost while it did, and its lease is not over yet. */
export class DeliveryBusyError extends Error {
  override readonly name = 'DeliveryBusyError';
}

export interface HoldRequest {
  readonly table: Table;
  readonly entry: DeliveryName;
  readonly rules: DeliveryRules;
  readonly object: { readonly key: string; readonly versionId: string };
  /** The id of the message. */
  readonly message: string;
  readonly now: () => Date;
  readonly deadline: InvocationTime;
}

/**
 * An object that this worker alone delivers. All its writes to the ledger carry the lease's fence, and end in
 * a DeliveryLeaseLostError once another worker has it. The last write ends the lease; without one, disposal
 * does.
 */
export class HeldDelivery implements AsyncDisposable {
  readonly attempt: string;
  readonly record: DeliveryRecord;
  /** The staging files that tries may have left, this one's excluded. */
  readonly leftovers: readonly StagedFile[];
  readonly #request: HoldRequest;
  readonly #entry: LeasedDelivery;
  readonly #own: readonly StagedFile[];
  #staged: readonly StagedFile[];
  #hasBegunRename = false;
  #isRenamed = false;
  #isDisposing = false;
  #isEnded = false;

  private constructor(request: HoldRequest, attempt: string, record: DeliveryRecord) {
    this.#request = request;
    this.attempt = attempt;
    this.record = record;
    this.#entry = { ...request.entry, attempt };
    const own = stagingFile(request, attempt);
    this.leftovers = record.staged.filter(({ path }) => path !== own?.path);
    this.#own = own === undefined ? [] : [own];
    this.#staged = this.leftovers;
  }

  /** @throws DeliveryBusyError if another worker has the object. */
  static async take(request: HoldRequest): Promise<HeldDelivery> {
    const { table, entry, message, deadline } = request;
    const attempt = randomBytes(8).toString('hex');
    const now = request.now();
    const until = leaseUntil(now, { remainingMs: deadline.remainingMs() });
    const staging = stagingFile(request, attempt);
    const record = await takeDelivery(table, entry, { attempt, message, until, now, staging });
    if (record === 'busy')
      throw new DeliveryBusyError(`Another worker delivers ${request.object.key}, or was lost while it did.`);
    return new HeldDelivery(request, attempt, record);
  }

  /**
   * Call it right before each command that changes something at the partner: a worker that slept past its
   * invocation must not, because another one may have the object.
   * @throws DeliveryLeaseLostError
   */
  assertHeld(): void {
    if (this.#request.deadline.remainingMs() > 0) return;
    throw new DeliveryLeaseLostError(`The time to deliver ${this.#request.object.key} is over.`);
  }

  /**
   * Whether this try has begun a rename that is not in place. An error means then that it was refused, unless
   * it is a RenameUncertainError.
   */
  get isRenameOpen(): boolean {
    return this.#hasBegunRename && !this.#isRenamed;
  }

  confirmRenamed(): void {
    this.#isRenamed = true;
  }

  /**
   * Says which staging files may be at the partner from now on, as the last write records: those of this try,
   * and these of earlier ones.
   */
  setLeftovers(leftovers: readonly StagedFile[]): void {
    this.#staged = [...leftovers, ...this.#own];
  }

  recordRenaming(renaming: StartedRename): Promise<void> {
    this.#hasBegunRename = true;
    return recordRenaming(this.#request.table, this.#entry, renaming);
  }

  /** Records that this try is about to write under the final name. An error does not mean that it did not. */
  recordWriting({
    versionId,
    sizeBytes,
    before,
    isBeforeOurs,
  }: Pick<StartedRename, 'versionId' | 'before'> & Omit<StartedWrite, 'until'>): Promise<void> {
    const { now, deadline, table } = this.#request;
    const at = now();
    const until = new Date(at.getTime() + Math.max(0, deadline.remainingMs()));
    const write = { sizeBytes, until, isBeforeOurs };
    const writing = { versionId, at, before, write, staging: undefined, staged: undefined };
    return recordRenaming(table, this.#entry, writing);
  }

  /** Records that the rename that an earlier try began did not happen. */
  recordNotRenamed(): Promise<void> {
    return recordNotRenamed(this.#request.table, this.#entry);
  }

  recordUpload(mark: UploadCheckpoint): Promise<void> {
    return recordUpload(this.#request.table, this.#entry, mark);
  }

  /** @param next `dispose`: the lease stays, for the deletion of the object. */
  async recordDelivered(delivered: DeliveredVersion, next: 'end' | 'dispose'): Promise<void> {
    const write = recordDelivered(this.#request.table, this.#entry, delivered, next);
    if (next === 'end') return this.#end(write);
    await write;
    this.#staged = [];
    this.#isDisposing = true;
  }

  /** Records that the object is about to be deleted, unless that is recorded already. */
  async recordDisposing(delivered: Pick<DeliveredVersion, 'versionId' | 'etag'>): Promise<void> {
    if (!this.#isDisposing) await recordDisposing(this.#request.table, this.#entry, delivered);
    this.#isDisposing = true;
  }

  /** Records that the delivered object is disposed of; an error of an earlier try of that is resolved. */
  recordDisposed(): Promise<void> {
    const { table, object } = this.#request;
    const lastError = this.record.lastError?.versionId === object.versionId ? 'resolved' : 'unchanged';
    return this.#end(recordDisposed(table, this.#entry, lastError));
  }

  recordNothingToDeliver(): Promise<void> {
    return this.#end(recordNothingToDeliver(this.#request.table, this.#entry));
  }

  /** Records that the version is not delivered, because the flow wants larger ones. */
  recordTooSmall(tooSmall: TooSmallVersion): Promise<void> {
    return this.#end(recordTooSmall(this.#request.table, this.#entry, tooSmall));
  }

  recordError(lastError: DeliveryLastError, renaming: TryRemains['renaming']): Promise<void> {
    const remains = { renaming, staged: this.#staged };
    return this.#end(recordDeliveryError(this.#request.table, this.#entry, lastError, remains));
  }

  async #end(write: Promise<void>): Promise<void> {
    await write;
    this.#isEnded = true;
  }

  /** An error is ignored: it must not hide the one before, and the lease ends by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isEnded) return;
    await releaseDelivery(this.#request.table, this.#entry, this.#staged).catch(() => undefined);
  }
}

function stagingFile({ rules, object }: HoldRequest, attempt: string): StagedFile | undefined {
  const paths = deliveryPaths(rules, { ...object, attempt });
  if (typeof paths === 'string' || rules.delivery === 'direct') return undefined;
  const hasCompanions = paths.checksum !== undefined || paths.done !== undefined;
  const companion = hasCompanions ? { companion: paths.companionStaging } : {};
  return { path: paths.staging, versionId: object.versionId, ...companion };
}
