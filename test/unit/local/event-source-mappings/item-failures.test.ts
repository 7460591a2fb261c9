import { expect, test } from 'vitest';
import { findFailedIds } from '../../../../local/event-source-mappings/item-failures.ts';

const answers: readonly {
  readonly title: string;
  readonly payload: string;
  readonly failed: readonly string[];
}[] = [
  { title: 'one failure', payload: '{"batchItemFailures":[{"itemIdentifier":"b"}]}', failed: ['b'] },
  { title: 'an empty list', payload: '{"batchItemFailures":[]}', failed: [] },
  { title: 'no list', payload: '{"batchItemFailures":null}', failed: [] },
  { title: 'an empty answer', payload: '{}', failed: [] },
  { title: 'no answer', payload: 'null', failed: [] },
  { title: 'another field name', payload: '{"batchItemFailures":[{"id":"b"}]}', failed: ['a', 'b'] },
  { title: 'an empty id', payload: '{"batchItemFailures":[{"itemIdentifier":""}]}', failed: ['a', 'b'] },
  { title: 'no id', payload: '{"batchItemFailures":[{"itemIdentifier":null}]}', failed: ['a', 'b'] },
  {
    title: 'an id of another batch',
    payload: '{"batchItemFailures":[{"itemIdentifier":"c"}]}',
    failed: ['a', 'b'],
  },
  { title: 'a string', payload: '"done"', failed: ['a', 'b'] },
  { title: 'invalid JSON', payload: '', failed: ['a', 'b'] },
];

test.each(answers)('After an answer with $title the failed messages are $failed', ({ payload, failed }) => {
  expect([...findFailedIds(payload, ['a', 'b'])]).toEqual(failed);
});
