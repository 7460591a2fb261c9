/**
 * The sparse index of what needs a person: failed files and deliveries, nothing else. Its partition key is one word, since what
 * is healthy is not in it; its sort key is the time.
 */
export const attentionIndex = 'attention';

/** The attributes that put an item into the index. */
export function inAttention(at: Date): { readonly attention: 'open'; readonly attentionAt: string } {
  return { attention: 'open', attentionAt: at.toISOString() };
}

/** The attributes whose removal takes it out again. */
export const outOfAttention = ['attention', 'attentionAt'] as const;
