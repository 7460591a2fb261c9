import { expect, test } from 'vitest';
import type { JsonValue } from '../../../../local/endpoint/json-value.ts';
import { readEventPattern } from '../../../../local/eventbridge/event-pattern.ts';

const event: JsonValue = {
  source: 'aws.s3',
  resources: ['arn:one', 'arn:two'],
  nothing: null,
  detail: { object: { key: 'acme/orders/a.csv', size: 5 }, rows: [{ name: 'x' }, { name: 'y' }] },
};

const patterns: readonly {
  readonly title: string;
  readonly pattern: JsonValue;
  readonly matches: boolean;
}[] = [
  { title: 'the value itself', pattern: { source: ['aws.s3'] }, matches: true },
  { title: 'one of several values', pattern: { source: ['x', 'aws.s3'] }, matches: true },
  { title: 'another value', pattern: { source: ['aws.S3'] }, matches: false },
  {
    title: 'two fields, of which one differs',
    pattern: { source: ['aws.s3'], nothing: ['x'] },
    matches: false,
  },
  { title: 'null', pattern: { nothing: [null] }, matches: true },
  { title: 'an element of a list', pattern: { resources: ['arn:two'] }, matches: true },
  { title: 'a field in an element of a list', pattern: { detail: { rows: { name: ['y'] } } }, matches: true },
  { title: 'a prefix', pattern: { detail: { object: { key: [{ prefix: 'acme/' }] } } }, matches: true },
  {
    title: 'another prefix',
    pattern: { detail: { object: { key: [{ prefix: 'beta/' }] } } },
    matches: false,
  },
  { title: 'a suffix', pattern: { detail: { object: { key: [{ suffix: '.csv' }] } } }, matches: true },
  {
    title: 'anything but other values',
    pattern: { source: [{ 'anything-but': ['x', 'y'] }] },
    matches: true,
  },
  { title: 'anything but this value', pattern: { source: [{ 'anything-but': 'aws.s3' }] }, matches: false },
  { title: 'anything but, of a missing value', pattern: { none: [{ 'anything-but': 'x' }] }, matches: false },
  { title: 'a present field', pattern: { source: [{ exists: true }] }, matches: true },
  { title: 'a missing field', pattern: { none: [{ exists: true }] }, matches: false },
  {
    title: 'the absence of a field',
    pattern: { detail: { none: { at: [{ exists: false }] } } },
    matches: true,
  },
  {
    title: 'the absence of a field that is present',
    pattern: { source: [{ exists: false }] },
    matches: false,
  },
  {
    title: 'a number in a range',
    pattern: { detail: { object: { size: [{ numeric: ['>', 0, '<=', 5] }] } } },
    matches: true,
  },
  {
    title: 'a number outside',
    pattern: { detail: { object: { size: [{ numeric: ['<', 5] }] } } },
    matches: false,
  },
  { title: 'a string as a number', pattern: { source: [{ numeric: ['=', 5] }] }, matches: false },
];

test.each(patterns)('A pattern for $title: matches is $matches', ({ pattern, matches }) => {
  expect(readEventPattern(pattern, 'the pattern')(event)).toBe(matches);
});

const refused: readonly { readonly title: string; readonly pattern: JsonValue; readonly says: string }[] = [
  {
    title: 'an unknown operator',
    pattern: { key: [{ wildcard: 'a*' }] },
    says: "the pattern.key: the operator 'wildcard'",
  },
  { title: '$or', pattern: { $or: [{ a: ['b'] }] }, says: "the operator '$or'" },
  {
    title: 'a form of prefix that is not supported',
    pattern: { key: [{ prefix: { 'equals-ignore-case': 'a' } }] },
    says: 'the pattern.key.prefix',
  },
  {
    title: 'a form of anything-but that is not supported',
    pattern: { key: [{ 'anything-but': { prefix: 'a' } }] },
    says: 'is not a plain value',
  },
  { title: 'a comparison that is not supported', pattern: { key: [{ numeric: ['!=', 1] }] }, says: '"!=" 1' },
  { title: 'a value outside of a list', pattern: { key: 'a' }, says: 'the pattern.key' },
  { title: 'no field', pattern: {}, says: 'at least one field' },
];

test.each(refused)('A pattern with $title is refused, and the place is named', ({ pattern, says }) => {
  expect(() => readEventPattern(pattern, 'the pattern')).toThrow(says);
});
