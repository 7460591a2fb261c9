import { partnerFileJsonSchema } from './json-schema.ts';

/**
 * The settings that may stand at a place of a partner file, those of pull and push flows together; none where
 * there is no map of settings.
 * @param path `['flows', 0, 'schedule']`; empty for the file as a whole.
 */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const places = path.reduce<readonly unknown[]>(
    (found, part) => found.flatMap((schema) => below(schema, part)),
    [partnerFileJsonSchema()],
  );
  return [
    ...new Set(places.flatMap((schema) => alternatives(schema).flatMap(propertiesOf)).map(([key]) => key)),
  ];
}

function below(schema: unknown, part: PropertyKey): readonly unknown[] {
  return alternatives(schema).flatMap((each) => {
    if (typeof part === 'number') return 'items' in each ? [each.items] : [];
    return propertiesOf(each).flatMap(([key, inner]) => (key === part ? [inner] : []));
  });
}

/** The schema, and those of which a value has to fit one. */
function alternatives(schema: unknown): readonly object[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const lists = ['anyOf' in schema ? schema.anyOf : [], 'oneOf' in schema ? schema.oneOf : []];
  return [schema, ...lists.flatMap((list) => (Array.isArray(list) ? list.flatMap(alternatives) : []))];
}

function propertiesOf(schema: object): readonly (readonly [string, unknown])[] {
  const properties = 'properties' in schema ? schema.properties : {};
  return typeof properties === 'object' && properties !== null ? Object.entries(properties) : [];
}
