import type { PushFlow } from '../../contract/partner-file/push-flow.ts';
import type { StagedFile } from '../../core/delivery/delivery-lease.ts';
import type { DeliveryPaths } from '../../core/delivery/delivery-path.ts';
import type { StartedRename, StartedWrite } from '../../core/delivery/delivery-record.ts';
import type { KnownFiles } from '../../core/delivery/own-file.ts';
import type { StreamRange } from '../../s3/object-versions.ts';
import type { Verify } from './check-upload.ts';
import type { InvocationTime } from './stage-object.ts';
import type { UploadProgress } from './upload-progress.ts';

/** One version of one object, how its flow has it delivered, and what the ledger is told meanwhile. */
export interface PutInPlaceOptions {
  readonly paths: DeliveryPaths;
  readonly overwrite: PushFlow['overwrite'];
  readonly delivery: PushFlow['delivery'];
  /** What the ledger knows of files of ours at the target. */
  readonly known: KnownFiles;
  readonly verify: Verify;
  readonly makesDirectories: boolean;
  readonly sizeBytes: number;
  /** Opens the bytes of the version, or a range of them. Each call opens a new stream. */
  readonly read: (range?: StreamRange) => Promise<AsyncIterable<Uint8Array>>;
  /** How far earlier invocations came with the upload. */
  readonly progress: UploadProgress;
  /** The rename of this version that an earlier try began, and whose end is unknown. */
  readonly begunRename: StartedRename | undefined;
  /** Asked right before the rename: whether the version is still the object's current one. */
  readonly checkVersion: () => Promise<'current' | 'outdated'>;
  /** Records that the rename which an earlier try began did not happen. */
  readonly recordNotRenamed: () => Promise<void>;
  /** Records that the rename is about to be sent, and what is at either name until then. */
  readonly recordRename: (stats: Omit<StartedRename, 'at' | 'versionId'>) => Promise<void>;
  /** Records that the upload under the final name is about to be sent, and what is there until then. */
  readonly recordWrite: (
    write: Pick<StartedRename, 'before'> & Pick<StartedWrite, 'isBeforeOurs'>,
  ) => Promise<void>;
  /** The staging files of earlier tries. */
  readonly leftovers: readonly StagedFile[];
  readonly versionId: string;
  /** Called right before each command that changes something but the own staging file. @throws to stop. */
  readonly assertHeld: () => void;
  /** Receives which of them may still be there, each time that changes. */
  readonly setLeftovers: (leftovers: readonly StagedFile[]) => void;
  readonly deadline: InvocationTime;
}
