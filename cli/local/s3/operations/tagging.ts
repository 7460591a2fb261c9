import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';
import type { StoredObject } from '../object-version.ts';
import { emptyReply, type Reply, xmlReply } from '../reply.ts';
import type { Store } from '../store.ts';
import { checkedTags } from '../tags.ts';
import { childText, parseXml } from '../xml.ts';
import { readable, versionHeaders } from './object-headers.ts';
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
  const object = taggedObject(call, store);
  store.objects.tag(object, checkedTags(tags));
  return emptyReply(200, versionHeaders(object.versionId));
}

export function getObjectTagging(call: Call, store: Store): Reply {
  const object = taggedObject(call, store);
  const tags = object.tags.map(({ key, value }) => ({ Key: key, Value: value }));
  return xmlReply('Tagging', { TagSet: { Tag: tags } }, versionHeaders(object.versionId));
}

function taggedObject(call: Call, store: Store): StoredObject {
  const versionId = call.query.get('versionId');
  const version = store.objects.find(call.bucket.name, call.key, versionId ?? undefined);
  return readable(version, { key: call.key, versionId });
}
