import type { z } from 'zod';

/**
 * What a JSON text holds; undefined, which no JSON text can mean, where it is not JSON or does not fit the
 * schema. It never throws, so that a caller's error cannot quote the text: it may be a secret.
 * @example parseJson('{"a":1}', z.object({ a: z.number() })) // { a: 1 }
 */
export function parseJson<S extends z.ZodType>(text: string, schema: S): z.output<S> | undefined;
export function parseJson(text: string): unknown;
export function parseJson(text: string, schema?: z.ZodType): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return schema === undefined ? value : schema.safeParse(value).data;
  } catch {
    return undefined;
  }
}
