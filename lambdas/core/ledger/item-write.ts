/**
 * A write to one item of the ledger as data. The ledger renders it into a request (ledger/write-item.ts), and
 * {@link applyWrite} performs it in memory with the same result, so that what the tests explore is what
 * DynamoDB evaluates.
 */

/** Names an attribute; a dot leads into a map. */
export type AttributePath = string;

export type Item = Readonly<Record<string, unknown>>;

/** A condition on the item before the write. An item that does not exist has no attributes. */
export type Condition = AttributeCondition | AllConditions | AnyCondition;

/**
 * A condition on one attribute. Without the attribute `differs` and `lacks` (the list does not contain the
 * value) are true, and `equal`, `below`, `at-most` and `fewer` (elements in the list) are false.
 */
export type AttributeCondition =
  | { readonly kind: 'absent' | 'present'; readonly path: AttributePath }
  | {
      readonly kind: 'equal' | 'differs' | 'below' | 'at-most' | 'lacks';
      readonly path: AttributePath;
      readonly value: string | number;
    }
  | { readonly kind: 'fewer'; readonly path: AttributePath; readonly count: number };

interface AllConditions {
  readonly kind: 'all';
  readonly of: readonly Condition[];
}

interface AnyCondition {
  readonly kind: 'any';
  readonly of: readonly Condition[];
}

/**
 * How a write recognizes its own success. The answer to a write may be lost after DynamoDB has performed it;
 * the SDK then sends the same write again, and the second one meets the item that the first one left.
 *
 * - `repeatable`: the condition still holds then, and writing the same again changes nothing.
 * - `unreported`: the condition no longer holds then, but the caller does not distinguish a refusal from a
 * success.
 * - `holder`: the item belongs to whoever meets the condition. An item of the writer's that refuses the write
 * has been written by the same or a later write of the holder.
 * - `stamp`: the write leaves an id at the path. An item with this id is the success of this write.
 * - `sequence`: the writer numbers its writes, and the item holds the number of its last one at the path.
 * - `event`: the write appends an id to the list at the path. It is refused if the list has the id, which
 * means that the event was recorded, by this write or an earlier one.
 */
export type OwnProof =
  | { readonly kind: 'repeatable' | 'unreported' }
  | { readonly kind: 'holder'; readonly where: Condition }
  | { readonly kind: 'stamp' | 'event'; readonly at: AttributePath; readonly id: string }
  | { readonly kind: 'sequence'; readonly at: AttributePath; readonly number: number };

type IdentifiedProof = Exclude<OwnProof, { readonly kind: 'repeatable' | 'unreported' | 'holder' }>;

export interface Assignments {
  /** By path. Undefined values are ignored. */
  readonly set: Readonly<Record<AttributePath, unknown>>;
  /** Set only where the item has no such attribute. */
  readonly setIfAbsent?: Readonly<Record<AttributePath, unknown>> | undefined;
  readonly remove: readonly AttributePath[];
}

/** Overwrites attributes whatever they are: to do so twice is to do it once. */
export interface PlainWrite extends Assignments {
  readonly condition?: undefined;
  readonly proof?: undefined;
  readonly add?: undefined;
  readonly append?: undefined;
}

/** Overwrites attributes under a condition. */
export interface ConditionalWrite extends Assignments {
  readonly condition: Condition;
  readonly proof: OwnProof;
  readonly add?: undefined;
  readonly append?: undefined;
}

/** A write that would do something else the second time, so only an identified one may. */
export interface AdditiveWrite extends Assignments {
  readonly condition?: Condition;
  readonly proof: IdentifiedProof;
  /** By how much numbers grow, by path; from 0. */
  readonly add?: Readonly<Record<AttributePath, number>>;
  /** What is appended to lists, by path. */
  readonly append?: Readonly<Record<AttributePath, unknown>>;
}

export type ItemWrite = PlainWrite | ConditionalWrite | AdditiveWrite;

/**
 * `written`: the item after the write, or, if an earlier request of the same write succeeded, as it is now.
 * `refused`: the item that did not meet the condition; empty if there is none.
 */
export interface WriteAnswer {
  readonly kind: 'written' | 'refused';
  readonly item: Item;
}

/** What is written in full, with what the proof adds to it. */
export interface CompleteWrite extends Required<Assignments> {
  readonly setIfAbsent: Readonly<Record<AttributePath, unknown>>;
  readonly condition: Condition | undefined;
  readonly add: Readonly<Record<AttributePath, number>>;
  readonly append: Readonly<Record<AttributePath, unknown>>;
}

/** Adds to the write what its proof needs: a condition that refuses a repetition, and the mark of success. */
export function completeWrite(write: ItemWrite): CompleteWrite {
  const { condition, proof, setIfAbsent = {}, add = {}, append = {}, remove } = write;
  const set = Object.fromEntries(Object.entries(write.set).filter(([, value]) => value !== undefined));
  switch (proof?.kind) {
    case undefined:
    case 'repeatable':
    case 'unreported':
    case 'holder':
      return { condition, set, setIfAbsent, remove, add, append };
    case 'stamp': {
      const isNew: Condition = { kind: 'differs', path: proof.at, value: proof.id };
      return {
        condition: both(condition, isNew),
        set: { ...set, [proof.at]: proof.id },
        setIfAbsent,
        remove,
        add,
        append,
      };
    }
    case 'sequence': {
      const isNext = absentOr({ kind: 'below', path: proof.at, value: proof.number });
      const marked = { ...set, [proof.at]: proof.number };
      return { condition: both(condition, isNext), set: marked, setIfAbsent, remove, add, append };
    }
    case 'event': {
      const isNew: Condition = { kind: 'lacks', path: proof.at, value: proof.id };
      return {
        condition: both(condition, isNew),
        set,
        setIfAbsent,
        remove,
        add,
        append: { ...append, [proof.at]: proof.id },
      };
    }
  }
  return proof satisfies never;
}

/** Whether an item that refuses the write does so because the same write was performed before. */
export function isOwnSuccess({ proof }: ItemWrite, item: Item): boolean {
  switch (proof?.kind) {
    case undefined:
    case 'repeatable':
    case 'unreported':
      return false;
    case 'holder':
      return holds(proof.where, item);
    case 'stamp':
      return valueAt(item, proof.at) === proof.id;
    case 'sequence':
      return valueAt(item, proof.at) === proof.number;
    case 'event':
      return listAt(item, proof.at).includes(proof.id);
  }
  return proof satisfies never;
}

/** Performs the write on an item in memory, as the ledger does in the table. */
export function applyWrite(item: Item, write: ItemWrite): WriteAnswer {
  const { condition, set, setIfAbsent, remove, add, append } = completeWrite(write);
  if (condition !== undefined && !holds(condition, item))
    return { kind: isOwnSuccess(write, item) ? 'written' : 'refused', item };
  let after = item;
  for (const [path, value] of Object.entries(set)) after = withValue(after, path, value);
  for (const [path, value] of Object.entries(setIfAbsent)) {
    if (valueAt(item, path) === undefined) after = withValue(after, path, value);
  }
  for (const [path, by] of Object.entries(add)) {
    const before = valueAt(item, path);
    after = withValue(after, path, (typeof before === 'number' ? before : 0) + by);
  }
  for (const [path, value] of Object.entries(append)) {
    after = withValue(after, path, [...listAt(item, path), value]);
  }
  for (const path of remove) after = withValue(after, path, undefined);
  return { kind: 'written', item: after };
}

/** Whether the item meets the condition. */
function holds(condition: Condition, item: Item): boolean {
  if (condition.kind === 'all') return condition.of.every((each) => holds(each, item));
  if (condition.kind === 'any') return condition.of.some((each) => holds(each, item));
  return attributeHolds(condition, item);
}

function attributeHolds(condition: AttributeCondition, item: Item): boolean {
  const value = valueAt(item, condition.path);
  switch (condition.kind) {
    case 'absent':
      return value === undefined;
    case 'present':
      return value !== undefined;
    case 'equal':
      return value === condition.value;
    case 'differs':
      return value !== condition.value;
    case 'below':
      return isOrdered(value, condition.value) && value < condition.value;
    case 'at-most':
      return isOrdered(value, condition.value) && value <= condition.value;
    case 'lacks':
      return !listAt(item, condition.path).includes(condition.value);
    case 'fewer':
      return Array.isArray(value) && value.length < condition.count;
  }
  return condition satisfies never;
}

/** Meets the condition, or has no attribute there yet. */
export function absentOr(condition: AttributeCondition): Condition {
  return { kind: 'any', of: [{ kind: 'absent', path: condition.path }, condition] };
}

function both(condition: Condition | undefined, other: Condition): Condition {
  return condition === undefined ? other : { kind: 'all', of: [condition, other] };
}

/** DynamoDB compares values of one type. */
function isOrdered(value: unknown, other: string | number): value is string | number {
  return typeof value === typeof other;
}

function valueAt(item: Item, path: AttributePath): unknown {
  let value: unknown = item;
  for (const name of path.split('.')) value = isMap(value) ? value[name] : undefined;
  return value;
}

function listAt(item: Item, path: AttributePath): readonly unknown[] {
  const value = valueAt(item, path);
  return Array.isArray(value) ? value : [];
}

/** Undefined removes the attribute. */
function withValue(item: Item, path: AttributePath, value: unknown): Item {
  const dot = path.indexOf('.');
  const name = dot < 0 ? path : path.slice(0, dot);
  const { [name]: before, ...others } = item;
  const after = dot < 0 ? value : withValue(isMap(before) ? before : {}, path.slice(dot + 1), value);
  return after === undefined ? others : { ...others, [name]: after };
}

function isMap(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
