import { expect, test } from 'vitest';
import { nearest } from '../../../lambdas/contract/did-you-mean.ts';
import { meantZone } from '../../../lambdas/contract/partner-file/settings.ts';

const keys = ['host', 'port', 'security', 'secret', 'maxConnections', 'timeZone'];

test.each([
  ['securty', 'security'],
  ['hsot', 'host'],
  ['Secret', 'secret'],
  ['maxconnection', 'maxConnections'],
  ['timezone', 'timeZone'],
  ['colour', undefined],
  ['past', undefined],
  ['', undefined],
])('For %s, %s was meant', (word, meant) => {
  expect(nearest(word, keys)).toBe(meant);
});

test.each([
  ['Europe/Roma', '; did you mean Europe/Rome?'],
  ['Rome', '; did you mean Europe/Rome?'],
  ['new york', '; did you mean America/New_York?'],
  ['Middle-earth/Bree', ''],
])('For the time zone %s the message ends with %j', (zone, end) => {
  expect(meantZone(zone)).toBe(end);
});
