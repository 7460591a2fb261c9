import { emptyReply, type Reply, xmlReply } from '../protocol/reply.ts';
import { S3Error } from '../protocol/s3-error.ts';
import { childText, parseXml } from '../protocol/xml.ts';
import type { StoredObject } from '../store/object-version.ts';
import type { Store } from '../store/store.ts';
import { checkTags } from '../store/tags.ts';
import type { Call } from './call.ts';
import { requireObject, versionHeaders } from './object-headers.ts';
import { readDocument } from './read-document.ts';

/** Replaces all tags of an object. */
export async function putObjectTagging(call: Call, store: Store): Promise<Reply> {
  const root = parseXml(await readDocument(call.request), 'Tagging');
  const set = root.children.find((child) => child.name === 'TagSet');
  if (set === undefined) throw new S3Error('MalformedXML', 'The Tagging document has no TagSet.');
  const tags = set.children.map((tag) => ({
    key: childText(tag, 'Key') ?? '',
    value: childText(tag, 'Value') ?? '',
  }));
  const object = findObject(call, store);
  store.objects.tag(object, checkTags(tags));
  return emptyReply(200, versionHeaders(object.versionId));
}

export function getObjectTagging(call: Call, store: Store): Reply {
  const object = findObject(call, store);
  const tags = object.tags.map(({ key, value }) => ({ Key: key, Value: value }));
  return xmlReply('Tagging', { TagSet: { Tag: tags } }, versionHeaders(object.versionId));
}

function findObject(call: Call, store: Store): StoredObject {
  const versionId = call.query.get('versionId');
  const version = store.objects.find(call.bucket.name, call.key, versionId ?? undefined);
  return requireObject(version, { key: call.key, versionId });
}
