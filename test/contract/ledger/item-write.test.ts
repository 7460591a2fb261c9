import { GetCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  applyWrite,
  type Condition,
  type Item,
  type ItemWrite,
  type OwnProof,
} from '../../../lambdas/core/ledger/item-write.ts';
import { writeItem } from '../../../lambdas/ledger/write-item.ts';
import { useTable } from './test-table.ts';

const ledger = useTable();

const path = fc.constantFrom('a', 'b', 'size');
const value = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y'));
const id = fc.constantFrom('one', 'two', 'three');

const attributeCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ kind: fc.constantFrom('absent', 'present'), path }),
  fc.record({ kind: fc.constantFrom('equal', 'differs', 'below', 'at-most'), path, value }),
  fc.record({ kind: fc.constant('lacks'), path: fc.constant('list'), value }),
  fc.record({ kind: fc.constant('fewer'), path: fc.constant('list'), count: fc.integer({ min: 0, max: 3 }) }),
);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  attributeCondition,
  fc.record({
    kind: fc.constantFrom('all', 'any'),
    of: fc.array(attributeCondition, { minLength: 1, maxLength: 3 }),
  }),
);
const assignments = {
  set: fc.dictionary(path, value, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
  setIfAbsent: fc.option(fc.record({ first: value }), { nil: undefined }),
  remove: fc.constantFrom<readonly string[]>([], ['c']),
};
const identified: fc.Arbitrary<Exclude<OwnProof, { kind: 'repeatable' | 'unreported' | 'holder' }>> =
  fc.oneof(
    fc.record({ kind: fc.constant('stamp'), at: fc.constant('stamp'), id }),
    fc.record({ kind: fc.constant('event'), at: fc.constant('events'), id }),
    fc.record({
      kind: fc.constant('sequence'),
      at: fc.constant('sequence'),
      number: fc.integer({ min: 1, max: 4 }),
    }),
  );
const write: fc.Arbitrary<ItemWrite> = fc.oneof(
  fc.record(assignments),
  fc.record({ ...assignments, condition, proof: fc.constant<OwnProof>({ kind: 'repeatable' }) }),
  fc.record(
    {
      ...assignments,
      condition,
      proof: identified,
      add: fc.record({ count: fc.integer({ min: 1, max: 3 }) }),
      append: fc.record({ list: value }),
    },
    { requiredKeys: ['set', 'remove', 'proof'] },
  ),
);

let items = 0;

it('A write in memory has the answer and leaves the item of the same write to the table', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 8 }), async (writes) => {
      items += 1;
      const key = { pk: `model-${items}`, sk: 'ITEM' };
      let model: Item = {};
      for (const each of writes) {
        const expected = applyWrite(model, each);
        const actual = await writeItem(ledger.table, key, each);
        expect({ ...actual, item: withoutKey(actual.item) }).toEqual(expected);
        model = expected.item;
      }
      const { Item: stored = {} } = await ledger.table.client.send(
        new GetCommand({ TableName: ledger.table.name, Key: key, ConsistentRead: true }),
      );
      expect(withoutKey(stored)).toEqual(model);
    }),
    { numRuns: 150 },
  );
});

function withoutKey({ pk: _pk, sk: _sk, ...attributes }: Item): Item {
  return attributes;
}
