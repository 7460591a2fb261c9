import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { partnerFileJsonSchema } from '../../../../lambdas/contract/partner-file/json-schema.ts';

const repository = new URL('../../../../', import.meta.url);
const schemaFile = 'docs/partner-file.schema.json';

/** The part of JSON Schema that defines the keys of an object. */
const shapeSchema = z.object({
  type: z.string().optional(),
  description: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
  additionalProperties: z.boolean().optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).default([]),
  oneOf: z.array(z.unknown()).default([]),
});

interface Key {
  readonly path: string;
  readonly schema: z.infer<typeof shapeSchema>;
}

function keysIn(schema: unknown, path = ''): Key[] {
  const shape = shapeSchema.parse(schema ?? {});
  const own = Object.entries(shape.properties).flatMap(([name, inner]): Key[] => {
    const innerPath = path === '' ? name : `${path}.${name}`;
    return [{ path: innerPath, schema: shapeSchema.parse(inner) }, ...keysIn(inner, innerPath)];
  });
  const inside = [...(shape.items === undefined ? [] : [shape.items]), ...shape.anyOf, ...shape.oneOf];
  return [...own, ...inside.flatMap((each) => keysIn(each, path))];
}

describe('the JSON Schema of partner files', () => {
  it('is up to date in docs', async () => {
    const text = `${JSON.stringify(partnerFileJsonSchema(), null, 2)}\n`;

    const remedy = `${schemaFile} is out of date: npx vitest run test/unit/contract/json-schema.test.ts --update`;
    await expect(text, remedy).toMatchFileSnapshot(new URL(schemaFile, repository).pathname);
  });

  it('knows every key of the partner files of this repository', async () => {
    const folder = new URL('infra/partners/', repository);
    const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
    const known = keysIn(partnerFileJsonSchema()).map(({ path }) => path);

    const used = await Promise.all(
      files.map(async (name) => keysOf(parse(await readFile(new URL(name, folder), 'utf8')))),
    );

    expect(used.flat().length).toBeGreaterThan(10);
    expect(known).toEqual(expect.arrayContaining([...new Set(used.flat())]));
  });

  it('refuses an unknown key everywhere', () => {
    const objects = [
      { path: '', schema: shapeSchema.parse(partnerFileJsonSchema()) },
      ...keysIn(partnerFileJsonSchema()),
    ].filter(({ schema }) => schema.type === 'object');

    const open = objects.filter(({ schema }) => schema.additionalProperties !== false);

    expect(objects.length).toBeGreaterThan(4);
    expect(open).toEqual([]);
  });

  it('explains every key', () => {
    const silent = keysIn(partnerFileJsonSchema()).filter(({ schema }) => schema.description === undefined);

    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('does not offer expect for a push, which would be refused', () => {
    const flows = keysIn(partnerFileJsonSchema()).find(({ path }) => path === 'flows');
    const flow = shapeSchema.parse(flows?.schema.items);

    const offers = flow.oneOf.map((each) => 'expect' in shapeSchema.parse(each).properties);

    expect(offers).toEqual([true, false]);
  });

  it('requires the settings without a default', () => {
    const { required } = shapeSchema.parse(partnerFileJsonSchema());
    const flows = keysIn(partnerFileJsonSchema()).find(({ path }) => path === 'flows');
    const flow = shapeSchema.parse(flows?.schema.items);
    const directions = flow.oneOf.map((each) => shapeSchema.parse(each).required);

    expect([required, ...directions]).toEqual([
      ['partner', 'connection', 'flows'],
      ['name', 'direction', 'remote', 'prefix'],
      ['name', 'direction', 'remote', 'prefix'],
    ]);
  });
});

describe('docs/partners.md', () => {
  it('names every key of the schema, alone or with its parent', async () => {
    const text = await readFile(new URL('docs/partners.md', repository), 'utf8');

    const unnamed = keysIn(partnerFileJsonSchema()).filter(({ path }) => {
      const name = path.slice(path.lastIndexOf('.') + 1);
      const withParent = path.split('.').slice(-2).join('.');
      return !text.includes(`\`${name}\``) && !text.includes(`\`${withParent}\``);
    });

    expect(unnamed.map(({ path }) => path)).toEqual([]);
  });
});

/** The paths of all keys of a document, without list indexes. */
function keysOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => keysOf(each, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const innerPath = path === '' ? name : `${path}.${name}`;
    return [innerPath, ...keysOf(inner, innerPath)];
  });
}
