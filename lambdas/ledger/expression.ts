import type { AttributeCondition, CompleteWrite, Condition } from '../core/ledger/item-write.ts';

/**
 * An expression of DynamoDB with its placeholders.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
 */
export interface Expression<Text> {
  readonly text: Text;
  readonly names: Record<string, string>;
  readonly values: Record<string, unknown>;
}

/** The update of an item, and the condition under which it takes place. */
export function renderUpdate(
  write: CompleteWrite,
): Expression<{ readonly update: string; readonly condition: string | undefined }> {
  const { condition, set, setIfAbsent, remove, add, append } = write;
  const placeholders = new Placeholders();
  const assignments = [
    ...Object.entries(set).map(([path, value]) => {
      return `${placeholders.path(path)} = ${placeholders.value(value)}`;
    }),
    ...Object.entries(setIfAbsent).map(([path, value]) => {
      const name = placeholders.path(path);
      return `${name} = if_not_exists(${name}, ${placeholders.value(value)})`;
    }),
    ...Object.entries(add).map(([path, by]) => {
      const name = placeholders.path(path);
      return `${name} = if_not_exists(${name}, ${placeholders.value(0)}) + ${placeholders.value(by)}`;
    }),
    ...Object.entries(append).map(([path, value]) => {
      const name = placeholders.path(path);
      return `${name} = list_append(if_not_exists(${name}, ${placeholders.value([])}), ${placeholders.value([value])})`;
    }),
  ];
  const removals = remove.map((path) => placeholders.path(path));
  const update = [
    ...(assignments.length > 0 ? [`SET ${assignments.join(', ')}`] : []),
    ...(removals.length > 0 ? [`REMOVE ${removals.join(', ')}`] : []),
  ].join(' ');
  const text = { update, condition: condition && render(condition, placeholders) };
  return { text, names: placeholders.names, values: placeholders.values };
}

export function renderCondition(condition: Condition): Expression<string> {
  const placeholders = new Placeholders();
  const text = render(condition, placeholders);
  return { text, names: placeholders.names, values: placeholders.values };
}

function render(condition: Condition, placeholders: Placeholders): string {
  if (condition.kind === 'all' || condition.kind === 'any') {
    const [first, ...others] = condition.of.map((each) => render(each, placeholders));
    const operator = condition.kind === 'all' ? ' AND ' : ' OR ';
    // DynamoDB refuses redundant parentheses.
    return others.length === 0 ? `${first}` : `(${[first, ...others].join(operator)})`;
  }
  return renderOne(condition, placeholders);
}

function renderOne(condition: AttributeCondition, placeholders: Placeholders): string {
  const path = placeholders.path(condition.path);
  switch (condition.kind) {
    case 'absent':
      return `attribute_not_exists(${path})`;
    case 'present':
      return `attribute_exists(${path})`;
    case 'equal':
      return `${path} = ${placeholders.value(condition.value)}`;
    case 'differs':
      return `(attribute_not_exists(${path}) OR ${path} <> ${placeholders.value(condition.value)})`;
    case 'below':
      return `${path} < ${placeholders.value(condition.value)}`;
    case 'at-most':
      return `${path} <= ${placeholders.value(condition.value)}`;
    case 'lacks':
      return `NOT contains(${path}, ${placeholders.value(condition.value)})`;
    case 'fewer':
      return `size(${path}) < ${placeholders.value(condition.count)}`;
  }
  return condition satisfies never;
}

/** Attribute names may be reserved words, so all of them are placeholders. */
class Placeholders {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, unknown> = {};
  #values = 0;

  path(path: string): string {
    return path
      .split('.')
      .map((name) => {
        this.names[`#${name}`] = name;
        return `#${name}`;
      })
      .join('.');
  }

  value(value: unknown): string {
    const placeholder = `:v${this.#values}`;
    this.#values += 1;
    this.values[placeholder] = value;
    return placeholder;
  }
}
