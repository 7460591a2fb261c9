import { S3Error } from '../protocol/s3-error.ts';
import type { Tag } from './object-version.ts';

/** "Categorizing your objects using tags": the limits of S3. */
const maxTags = 10;
const maxKeyCharacters = 128;
const maxValueCharacters = 256;

/** Letters, digits, spaces and some punctuation. */
const allowed = /^[\p{L}\p{N}\p{Z}+\-=._:/@]*$/u;

/** The tags of an `x-amz-tagging` header, which has the syntax of a URL query. */
export function parseTagHeader(header: string | undefined): readonly Tag[] {
  return checkTags(Array.from(new URLSearchParams(header ?? ''), ([key, value]) => ({ key, value })));
}

/**
 * Returns the tags if they are valid.
 * @throws S3Error InvalidTag, or InvalidRequest when there are too many.
 */
export function checkTags(tags: readonly Tag[]): readonly Tag[] {
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
