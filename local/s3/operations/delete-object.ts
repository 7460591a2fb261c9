import { emptyReply, type Reply, xmlReply } from '../protocol/reply.ts';
import { S3Error } from '../protocol/s3-error.ts';
import { childText, parseXml, type XmlElements } from '../protocol/xml.ts';
import { type DeleteCondition, deleteCondition } from '../store/conditions.ts';
import type { Removal } from '../store/object-index.ts';
import type { Store } from '../store/store.ts';
import { type Call, header } from './call.ts';
import { versionHeaders } from './object-headers.ts';
import { readDocument } from './read-document.ts';

/** Deletes an object or a version. A missing key is only an error with If-Match. */
export function deleteObject(call: Call, store: Store): Reply {
  const removed = remove(call, store, {
    key: call.key,
    versionId: call.query.get('versionId') ?? undefined,
    condition: deleteCondition(header(call, 'if-match')),
  });
  return emptyReply(204, {
    ...versionHeaders(removed.versionId),
    ...(removed.isDeleteMarker ? { 'x-amz-delete-marker': 'true' } : {}),
  });
}

/** The limit of DeleteObjects. */
const maxKeys = 1000;

/** Deletes up to 1,000 objects or versions independently. The reply has the result of each. */
export async function deleteObjects(call: Call, store: Store): Promise<Reply> {
  const root = parseXml(await readDocument(call.request), 'Delete');
  const isQuiet = childText(root, 'Quiet') === 'true';
  const targets = root.children.filter((child) => child.name === 'Object').map(parseTarget);
  if (targets.length === 0 || targets.length > maxKeys) {
    throw new S3Error(
      'MalformedXML',
      `A Delete document names 1 to ${maxKeys} objects, not ${targets.length}.`,
    );
  }
  const deleted: XmlElements[] = [];
  const refused: XmlElements[] = [];
  for (const target of targets) {
    const named = { Key: target.key, VersionId: target.versionId };
    try {
      const removed = remove(call, store, target);
      deleted.push({
        ...named,
        DeleteMarker: removed.isDeleteMarker ? true : undefined,
        DeleteMarkerVersionId: removed.isDeleteMarker ? removed.versionId : undefined,
      });
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      refused.push({ ...named, Code: error.code, Message: error.message });
    }
  }
  return xmlReply('DeleteResult', { Deleted: isQuiet ? [] : deleted, Error: refused });
}

interface Target {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly condition: DeleteCondition;
}

function parseTarget(node: ReturnType<typeof parseXml>): Target {
  const unknown = node.children.find((child) => !['Key', 'VersionId', 'ETag'].includes(child.name));
  if (unknown !== undefined) {
    throw new S3Error(
      'NotImplemented',
      `The local stack does not serve ${unknown.name} in a Delete document.`,
    );
  }
  const key = childText(node, 'Key');
  if (key === undefined || key === '')
    throw new S3Error('MalformedXML', 'An Object of the Delete document has no Key.');
  return {
    key,
    versionId: childText(node, 'VersionId'),
    condition: deleteCondition(childText(node, 'ETag')),
  };
}

function remove(call: Call, store: Store, { key, versionId, condition }: Target): Removal {
  const { name: bucket, isVersioned } = call.bucket;
  const removed = store.database.transaction(() =>
    store.objects.remove({ bucket, key, isVersioned, versionId, condition, now: store.now() }),
  );
  store.blobs.remove(removed.freedBlobs);
  return removed;
}
