import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson } from '../../../lambdas/contract/parse-json.ts';

const schema = z.object({ a: z.number().default(1) }).nullable();

it.each([
  ['JSON that fits', '{"a":2}', { a: 2 }],
  ['what the schema makes of it', '{}', { a: 1 }],
  ['null, if the schema permits it', 'null', null],
  ['nothing from JSON of another shape', '[]', undefined],
  ['nothing from what is not JSON', '{"a":', undefined],
  ['nothing from no text', '', undefined],
])('reads %s', (_, text, value) => {
  expect(parseJson(text, schema)).toEqual(value);
});

it('reads any JSON without a schema', () => {
  expect(parseJson('[1,"b"]')).toEqual([1, 'b']);
  expect(parseJson('b')).toBeUndefined();
});
