import { emptyReply, type Reply, xmlReply } from '../protocol/reply.ts';
import type { Store } from '../store/store.ts';
import type { Call } from './call.ts';

/** The region of all buckets. GetBucketLocation returns it as an empty element. */
const region = 'us-east-1';

/** All buckets, by name. */
export function listBuckets(store: Store): Reply {
  const buckets = store.buckets.all().map(({ name, created }) => ({
    Name: name,
    CreationDate: created.toISOString(),
    BucketRegion: region,
  }));
  return xmlReply('ListAllMyBucketsResult', { Buckets: { Bucket: buckets }, Owner: { ID: 'local' } });
}

export function headBucket(): Reply {
  return emptyReply(200, { 'x-amz-bucket-region': region });
}

export function getBucketLocation(): Reply {
  return xmlReply('LocationConstraint', undefined);
}

export function getBucketVersioning(call: Call): Reply {
  return xmlReply('VersioningConfiguration', { Status: call.bucket.isVersioned ? 'Enabled' : undefined });
}
