import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { Flow } from '../../lambdas/contract/partner-file/partner-file.ts';
import type { Bucket } from '../../lambdas/s3/bucket.ts';
import type { Stage } from './stage.ts';

/** An object under a flow's prefix. */
export interface FlowObject {
  readonly key: string;
  /** The key without the flow's prefix: the path that the file had below the flow's remote directory. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly modified: string;
}

/** The objects whose key starts with `prefix` and `below`, in key order. Holds one page. */
export async function* flowObjects(bucket: Bucket, prefix: string, below = ''): AsyncGenerator<FlowObject> {
  const pages = paginateListObjectsV2(
    { client: bucket.client },
    { Bucket: bucket.name, Prefix: `${prefix}${below}` },
  );
  for await (const { Contents = [] } of pages) {
    for (const { Key = '', ETag = '', Size = 0, LastModified } of Contents) {
      const modified = LastModified?.toISOString() ?? '';
      yield { key: Key, path: Key.slice(prefix.length), sizeBytes: Size, etag: ETag, modified };
    }
  }
}

/** The bucket with a flow's objects: the inbox for a pull, the outbox for a push. */
export function flowBucket(stage: Pick<Stage, 'inbox' | 'outbox'>, flow: Flow): Bucket {
  return flow.direction === 'pull' ? stage.inbox : stage.outbox;
}
