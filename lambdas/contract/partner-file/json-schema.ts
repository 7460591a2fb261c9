import { z } from 'zod';
import { partnerFileSchema } from './partner-file.ts';

/**
 * The schema of partner files for editors, in the draft that most of them support (draft 7). It covers keys,
 * types and choices; only `validate` checks cron expressions, time zones, and rules that involve several
 * keys.
 */
export function partnerFileJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(partnerFileSchema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema: { properties } }) => removeForbidden(properties),
  });
  return {
    $schema,
    title: 'ftps-sync partner file',
    description:
      'One partner: how to connect to it, and the flows between it and us. docs/partners.md describes every setting.',
    ...schema,
  };
}

/** Removes keys that are in the schema only to give a better message; an editor would suggest them. */
function removeForbidden(properties: Record<string, unknown> = {}): void {
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === 'object' && value !== null && 'not' in value) delete properties[key];
  }
}
