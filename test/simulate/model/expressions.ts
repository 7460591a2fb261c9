/**
 * The expressions of DynamoDB, as far as the product uses them: conditions, key conditions and updates. Each
 * text is compiled once.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export type Item = Record<string, unknown>;

export interface Placeholders {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

type Evaluate<T> = (item: Item, placeholders: Placeholders) => T;

const conditions = new Map<string, Evaluate<boolean>>();
const updates = new Map<string, Evaluate<void>>();

export function holds(expression: string, item: Item, placeholders: Placeholders): boolean {
  let condition = conditions.get(expression);
  if (condition === undefined) {
    condition = new Parser(expression).condition();
    conditions.set(expression, condition);
  }
  return condition(item, placeholders);
}

/** Changes the item in place. */
export function update(expression: string, item: Item, placeholders: Placeholders): void {
  let change = updates.get(expression);
  if (change === undefined) {
    change = new Parser(expression).update();
    updates.set(expression, change);
  }
  change(item, placeholders);
}

type Path = readonly string[];

class Parser {
  readonly #text: string;
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = text.match(/<>|<=|>=|[=<>(),+-]|[:#]?[A-Za-z_][\w]*(?:\.[#\w]+)*/g) ?? [];
  }

  condition(): Evaluate<boolean> {
    const result = this.#or();
    if (this.#next < this.#tokens.length) throw this.#unknown();
    return result;
  }

  /** DynamoDB evaluates all operands before it changes anything. */
  update(): Evaluate<void> {
    const clauses: Evaluate<() => void>[] = [];
    while (this.#next < this.#tokens.length) {
      const clause = this.#take().toUpperCase();
      do clauses.push(this.#clause(clause));
      while (this.#accept(','));
    }
    return (item, placeholders) => {
      const writes = clauses.map((clause) => clause(item, placeholders));
      for (const write of writes) write();
    };
  }

  #clause(kind: string): Evaluate<() => void> {
    const path = parsePath(this.#take());
    switch (kind) {
      case 'REMOVE':
        return (item, { names }) =>
          () =>
            write(item, resolve(path, names), undefined);
      case 'SET': {
        this.#expect('=');
        const value = this.#sum();
        return (item, placeholders) => {
          const given = value(item, placeholders);
          return () => write(item, resolve(path, placeholders.names), given);
        };
      }
      case 'ADD': {
        const value = this.#operand();
        return (item, placeholders) => {
          const at = resolve(path, placeholders.names);
          const sum = Number(read(item, at) ?? 0) + Number(value(item, placeholders));
          return () => write(item, at, sum);
        };
      }
      default:
        throw this.#unknown();
    }
  }

  #sum(): Evaluate<unknown> {
    let left = this.#operand();
    for (let sign = this.#peek(); sign === '+' || sign === '-'; sign = this.#peek()) {
      this.#next += 1;
      const [before, right, factor] = [left, this.#operand(), sign === '+' ? 1 : -1];
      left = (item, placeholders) =>
        Number(before(item, placeholders)) + factor * Number(right(item, placeholders));
    }
    return left;
  }

  #or(): Evaluate<boolean> {
    let left = this.#and();
    while (this.#acceptWord('OR')) {
      const [before, right] = [left, this.#and()];
      left = (item, placeholders) => before(item, placeholders) || right(item, placeholders);
    }
    return left;
  }

  #and(): Evaluate<boolean> {
    let left = this.#not();
    while (this.#acceptWord('AND')) {
      const [before, right] = [left, this.#not()];
      left = (item, placeholders) => before(item, placeholders) && right(item, placeholders);
    }
    return left;
  }

  #not(): Evaluate<boolean> {
    if (!this.#acceptWord('NOT')) return this.#comparison();
    const inner = this.#not();
    return (item, placeholders) => !inner(item, placeholders);
  }

  #comparison(): Evaluate<boolean> {
    if (this.#accept('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    const word = this.#peek() ?? '';
    if (word === 'attribute_exists' || word === 'attribute_not_exists') {
      const path = parsePath(this.#arguments(1)[0] ?? '');
      const isWanted = word === 'attribute_exists';
      return (item, { names }) => (read(item, resolve(path, names)) !== undefined) === isWanted;
    }
    if (word === 'contains') {
      const [path = '', value = ''] = this.#arguments(2);
      const at = parsePath(path);
      return (item, { names, values }) => {
        const list = read(item, resolve(at, names));
        return Array.isArray(list) && list.includes(values[value]);
      };
    }
    if (word === 'begins_with') {
      const [path = '', value = ''] = this.#arguments(2);
      const at = parsePath(path);
      return (item, { names, values }) =>
        String(read(item, resolve(at, names)) ?? '').startsWith(String(values[value]));
    }
    const left = this.#operand();
    if (this.#acceptWord('BETWEEN')) {
      const low = this.#operand();
      if (!this.#acceptWord('AND')) throw this.#unknown();
      const high = this.#operand();
      return (item, placeholders) => {
        const value = left(item, placeholders);
        return compare(value, low(item, placeholders)) >= 0 && compare(value, high(item, placeholders)) <= 0;
      };
    }
    return comparison(left, this.#take(), this.#operand());
  }

  #operand(): Evaluate<unknown> {
    const word = this.#peek() ?? '';
    if (word === 'size') {
      const path = parsePath(this.#arguments(1)[0] ?? '');
      return (item, { names }) => sizeOf(read(item, resolve(path, names)));
    }
    if (word === 'if_not_exists' || word === 'list_append') {
      this.#next += 1;
      this.#expect('(');
      const first = this.#operand();
      this.#expect(',');
      const second = this.#operand();
      this.#expect(')');
      if (word === 'if_not_exists')
        return (item, placeholders) => first(item, placeholders) ?? second(item, placeholders);
      return (item, placeholders) => [
        ...(first(item, placeholders) as unknown[]),
        ...(second(item, placeholders) as unknown[]),
      ];
    }
    const token = this.#take();
    if (token.startsWith(':')) return (_item, { values }) => values[token];
    const path = parsePath(token);
    return (item, { names }) => read(item, resolve(path, names));
  }

  #arguments(count: number): string[] {
    this.#next += 1;
    this.#expect('(');
    const found: string[] = [];
    for (let index = 0; index < count; index++) {
      if (index > 0) this.#expect(',');
      found.push(this.#take());
    }
    this.#expect(')');
    return found;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #take(): string {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw this.#unknown();
    this.#next += 1;
    return token;
  }

  #accept(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#next += 1;
    return true;
  }

  #acceptWord(word: string): boolean {
    if (this.#peek()?.toUpperCase() !== word) return false;
    this.#next += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw this.#unknown();
  }

  #unknown(): Error {
    return new Error(`the model ledger does not understand '${this.#text}' at token ${this.#next}`);
  }
}

/** An attribute that is missing compares with nothing. */
function comparison(left: Evaluate<unknown>, operator: string, right: Evaluate<unknown>): Evaluate<boolean> {
  const test = {
    '=': (order: number) => order === 0,
    '<>': (order: number) => order !== 0,
    '<': (order: number) => order < 0,
    '<=': (order: number) => order <= 0,
    '>': (order: number) => order > 0,
    '>=': (order: number) => order >= 0,
  }[operator];
  if (test === undefined) throw new Error(`the model ledger does not know the operator ${operator}`);
  return (item, placeholders) => {
    const [a, b] = [left(item, placeholders), right(item, placeholders)];
    if (a === undefined || b === undefined) return operator === '<>' && a !== b;
    return test(compare(a, b));
  };
}

/** Texts by their UTF-8 bytes, which is the order of UTF-16 units for the names of the model. */
export function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [comparable(a), comparable(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

function comparable(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function sizeOf(value: unknown): number | undefined {
  return typeof value === 'string' || Array.isArray(value) ? value.length : undefined;
}

function parsePath(token: string): Path {
  return token.split('.');
}

function resolve(path: Path, names: Readonly<Record<string, string>>): Path {
  return path.map((name) => (name.startsWith('#') ? (names[name] ?? name) : name));
}

function read(item: Item, path: Path): unknown {
  let value: unknown = item;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Item)[name];
  }
  return value;
}

function write(item: Item, path: Path, value: unknown): void {
  let at = item;
  for (const name of path.slice(0, -1)) {
    const inner = at[name];
    if (typeof inner !== 'object' || inner === null) {
      if (value === undefined) return;
      throw Object.assign(
        new Error('The document path provided in the update expression is invalid for update'),
        {
          name: 'ValidationException',
        },
      );
    }
    at = inner as Item;
  }
  const last = path.at(-1) ?? '';
  if (value === undefined) delete at[last];
  else at[last] = value;
}
