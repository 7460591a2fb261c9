import type { Run } from '../contract/workflow.ts';
import { toFingerprint } from '../core/listing/fingerprint.ts';
import type { RemoteFile } from '../core/listing/remote-file.ts';
import { pathBelow } from '../core/path/relative-path.ts';
import type { RemotePath } from '../core/path/remote-path.ts';
import type { EntryWrite } from '../ledger/entries/file-entries.ts';
import type { SourceFacts } from '../s3/source-metadata.ts';

/** The run that a step works for, and where its flow is at the partner. */
export interface RunScope {
  readonly run: Run;
  /** The flow's remote directory. */
  readonly remote: RemotePath;
}

/** The ledger entry of a file of the flow, as this run may write it. */
export function fileEntry({ run, remote }: RunScope, path: RemotePath): EntryWrite {
  return { flowName: run, relativePath: pathBelow(remote, path), fence: run.fence };
}

/** The source of a file's object, as its metadata name it. */
export function sourceFacts({ run }: RunScope, file: RemoteFile): SourceFacts {
  return { ...run, path: file.path, fingerprint: toFingerprint(file) };
}
