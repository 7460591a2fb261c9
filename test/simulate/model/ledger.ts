import { theWorld } from '../machine/world.ts';
import { ConditionalCheckFailedException } from '../stand-ins/client-dynamodb.ts';
import { compare, holds, type Item, type Placeholders, update } from './expressions.ts';

interface Input {
  readonly Key?: Item;
  readonly Item?: Item;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly IndexName?: string;
  readonly RequestItems?: Record<string, { readonly Keys: readonly Item[] }>;
}

interface Command {
  readonly operation: string;
  readonly input: Input;
}

/** Told of each write that took effect. */
export type LedgerObserver = (
  key: { pk: string; sk: string },
  after: Item | undefined,
  before: Item | undefined,
) => void;

/** A table with the conditions, updates and queries of DynamoDB, in memory. */
export class ModelLedger {
  readonly #items = new Map<string, Item>();
  readonly #observe: LedgerObserver;

  constructor(observe: LedgerObserver) {
    this.#observe = observe;
  }

  item(pk: string, sk: string): Item | undefined {
    return this.#items.get(keyText({ pk, sk }));
  }

  items(): IterableIterator<Item> {
    return this.#items.values();
  }

  /** In place of the client of the table. */
  readonly send = (command: Command): Promise<unknown> => {
    const isWrite = ['put', 'update', 'delete'].includes(command.operation);
    return theWorld().request({
      label: label(command),
      apply: () => this.#answer(command),
      lost: () => Object.assign(new Error('The connection to the table was lost.'), { name: 'TimeoutError' }),
      isRepeated: true,
      effect: isWrite ? 'write' : 'read',
    });
  };

  #answer({ operation, input }: Command): unknown {
    switch (operation) {
      case 'get':
        return { Item: copy(this.#items.get(keyText(input.Key ?? {}))) };
      case 'batch-get':
        return { Responses: this.#batch(input) };
      case 'query':
        return { Items: this.#query(input) };
      case 'put':
        return this.#write(input.Item ?? {}, input, () => copy(input.Item));
      case 'delete':
        return this.#write(input.Key ?? {}, input, () => undefined);
      case 'update':
        return this.#write(input.Key ?? {}, input, (before) => {
          const { pk, sk } = input.Key ?? {};
          const after: Item = before === undefined ? { pk, sk } : copy(before);
          update(input.UpdateExpression ?? '', after, placeholders(input));
          return copy(after);
        });
      default:
        throw new Error(`the model ledger does not know ${operation}`);
    }
  }

  #batch({ RequestItems = {} }: Input): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(RequestItems).map(([name, { Keys }]) => [
        name,
        Keys.flatMap((key) => copy(this.#items.get(keyText(key))) ?? []),
      ]),
    );
  }

  #query(input: Input): Item[] {
    const given = placeholders(input);
    const found = [...this.#items.values()].filter(
      (item) =>
        holds(input.KeyConditionExpression ?? '', item, given) &&
        (input.FilterExpression === undefined || holds(input.FilterExpression, item, given)),
    );
    const forward = input.ScanIndexForward === false ? -1 : 1;
    found.sort((a, b) => forward * compare(a.sk, b.sk));
    return found.slice(0, input.Limit).map((item) => copy(item));
  }

  #write(key: Item, input: Input, change: (before: Item | undefined) => Item | undefined): unknown {
    const text = keyText(key);
    const before = this.#items.get(text);
    if (
      input.ConditionExpression !== undefined &&
      !holds(input.ConditionExpression, before ?? {}, placeholders(input))
    ) {
      const Item = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? copy(before) : undefined;
      throw new ConditionalCheckFailedException({ message: 'The conditional request failed', Item });
    }
    const after = change(before);
    if (after === undefined) this.#items.delete(text);
    else this.#items.set(text, after);
    this.#observe({ pk: String(key.pk), sk: String(key.sk) }, after, before);
    if (input.ReturnValues === 'ALL_NEW') return { Attributes: copy(after) };
    return input.ReturnValues === 'ALL_OLD' ? { Attributes: copy(before) } : {};
  }
}

function placeholders({
  ExpressionAttributeNames = {},
  ExpressionAttributeValues = {},
}: Input): Placeholders {
  return { names: ExpressionAttributeNames, values: ExpressionAttributeValues };
}

function keyText({ pk, sk }: Item): string {
  return `${pk}\n${sk}`;
}

/** `ledger update FLOW`: the operation and the kind of item; for a file also what is written. */
function label({ operation, input }: Command): string {
  const key = input.Key ?? input.Item ?? {};
  const sk = String(key.sk ?? input.ExpressionAttributeValues?.[':pk'] ?? '');
  const isFile = String(key.pk ?? '').startsWith('F#');
  const kind = isFile ? fileLabel(input) : (sk.split('#')[0] ?? '');
  return `ledger ${operation} ${kind}`;
}

function fileLabel({ ExpressionAttributeNames: names = {} }: Input): string {
  const told = [
    'transferred',
    'observation',
    'delivered',
    'renaming',
    'lastError',
    'claimed',
    'upload',
    'lease',
  ];
  return ['file', ...told.filter((name) => names[`#${name}`] !== undefined).slice(0, 1)].join(' ');
}

/** As the document client does: values that are undefined are left out. */
function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (value instanceof Set || value instanceof Uint8Array) return value;
  if (typeof value !== 'object' || value === null) return value;
  const copied: Item = {};
  for (const [name, inner] of Object.entries(value)) if (inner !== undefined) copied[name] = copy(inner);
  return copied as T;
}
