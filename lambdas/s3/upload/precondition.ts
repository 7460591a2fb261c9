/**
 * What must be at the key when the object is published: nothing, the version that is replaced, or anything.
 */
export type Precondition =
  | { readonly kind: 'absent' }
  | { readonly kind: 'replaces'; readonly etag: string }
  | { readonly kind: 'any' };

/**
 * The headers of a conditional write:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function preconditionHeaders(
  precondition: Precondition,
): { IfNoneMatch: '*' } | { IfMatch: string } | Record<string, never> {
  switch (precondition.kind) {
    case 'absent':
      return { IfNoneMatch: '*' };
    case 'replaces':
      return { IfMatch: precondition.etag };
    case 'any':
      return {};
  }
  return precondition satisfies never;
}
