import { z } from 'zod';
import { type JsonValue, parseReferencePath, type ReferencePath } from './json-path.ts';
import { type PayloadTemplate, parsePayloadTemplate } from './payload-template.ts';

/** A path into the input or the context object. */
export const anyPath = z.string().transform((text, context): ReferencePath => {
  const path = parseReferencePath(text);
  if (path !== undefined) return path;
  context.addIssue({ code: 'custom', message: `'${text}' is no path that the local stack follows` });
  return z.NEVER;
});

/** A path into the input alone. */
export const inputPath = anyPath.refine(
  (path) => path.root === 'input',
  'cannot be a path into the context object',
);

/** Parameters and ResultSelector. */
export const payloadTemplate = z.json().transform((value, context): PayloadTemplate => {
  try {
    return parsePayloadTemplate(value satisfies JsonValue);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});
