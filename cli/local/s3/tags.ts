import { S3Error } from './errors.ts';
import type { Tag } from './object-version.ts';

/** "Categorizing your objects using tags": limits of an object's tags. */
const maxTags = 10;
const maxKeyCharacters = 128;
const maxValueCharacters = 256;

/** Letters, digits, spaces, and these. */
const allowed = /^[\p{L}\p{N}\p{Z}+\-=._:/@]*$/u;

/** The tags of an `x-amz-tagging` header, which is written like the query of a URL. */
export function parseTagHeader(header: string | undefined): readonly Tag[] {
  return checkedTags(Array.from(new URLSearchParams(header ?? ''), ([key, value]) => ({ key, value })));
}

/** @throws S3Error InvalidTag, or InvalidRequest where they are too many. */
export function checkedTags(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > maxTags) {
    throw new S3Error('InvalidRequest', `Object tags cannot be greater than ${maxTags}`);
  }
  if (new Set(tags.map((tag) => tag.key)).size < tags.length) {
    throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key');
  }
  for (const { key, value } of tags) {
    if (key === '' || key.length > maxKeyCharacters || !allowed.test(key)) throw invalidTag('TagKey');
    if (value.length > maxValueCharacters || !allowed.test(value)) throw invalidTag('TagValue');
  }
  return tags;
}

function invalidTag(part: string): S3Error {
  return new S3Error('InvalidTag', `The ${part} you have provided is invalid`);
}
