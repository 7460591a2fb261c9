import { z } from 'zod';
import { partnerFileSchema } from './partner-file.ts';

/**
 * The partner file's schema for editors, in the draft that most of them know (draft 7). It knows keys, types and choices;
 * what needs more than one key or a calendar (cron, zones, overlaps) only `validate` knows.
 */
export function partnerFileJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(partnerFileSchema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema: { properties } }) => withoutImpossible(properties),
  });
  return {
    $schema,
    title: 'ftps-sync partner file',
    description:
      'One partner: how to reach it, and the flows between it and us. Every setting: docs/partners.md.',
    ...schema,
  };
}

/** Keys that are never right are in the schema for the sake of their message; an editor would offer them. */
function withoutImpossible(properties: Record<string, unknown> = {}): void {
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === 'object' && value !== null && 'not' in value) delete properties[key];
  }
}
