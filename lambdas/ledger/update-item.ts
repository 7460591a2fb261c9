import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ItemKey } from './keys.ts';
import type { Table } from './table.ts';

export interface Change {
  /** By attribute; a dot leads into a map. Undefined values are left out. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly remove: readonly string[];
  /** A condition in the table's own words, with the values it names; attribute names stand in it as they are. */
  readonly condition?: { readonly expression: string; readonly values: Readonly<Record<string, unknown>> };
}

/** Changes attributes of one item, under a condition where one is given. @throws ConditionalCheckFailedException */
export async function updateItem(table: Table, key: ItemKey, change: Change): Promise<void> {
  const sets = Object.entries(change.set).filter(([, value]) => value !== undefined);
  const assignments = sets.map(([path], index) => `${placeholder(path)} = :v${index}`);
  const removals = change.remove.map(placeholder);
  const attributes = [...sets.map(([path]) => path), ...change.remove].flatMap((path) => path.split('.'));
  const expression = [
    `SET ${assignments.join(', ')}`,
    ...(removals.length > 0 ? [`REMOVE ${removals.join(', ')}`] : []),
  ];
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: key,
      UpdateExpression: expression.join(' '),
      ...(change.condition === undefined ? {} : { ConditionExpression: change.condition.expression }),
      ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(sets.map(([, value], index) => [`:v${index}`, value])),
        ...change.condition?.values,
      },
    }),
  );
}

function placeholder(path: string): string {
  return path
    .split('.')
    .map((name) => `#${name}`)
    .join('.');
}
