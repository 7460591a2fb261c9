/** What must be at the key for the object to be published there: nothing, the version that is being replaced, or whatever. */
export type Precondition =
  | { readonly kind: 'absent' }
  | { readonly kind: 'replaces'; readonly etag: string }
  | { readonly kind: 'any' };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
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
