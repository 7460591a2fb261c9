import { expect, it } from 'vitest';
import { parseListingLine } from '../../../../../lambdas/ftps/listing/formats/listing-formats.ts';
import { context } from '../read-lines.ts';

const unixLine = '-rw-r--r-- 1 o g 5 Nov 20 08:10 x';
const dosLine = '11-20-26  08:10AM                    5 x';
const mlsdLine = 'type=file;size=5;modify=20261120081000; x';

it.each([
  ['MLSD', mlsdLine],
  ['LIST -a', unixLine],
  ['LIST -a', dosLine],
  ['LIST', unixLine],
  ['LIST', dosLine],
] as const)('%s understands %j', (command, line) => {
  const entry = parseListingLine(command, line, context)?.entry;

  expect(entry).toMatchObject({
    kind: 'file',
    name: 'x',
    sizeBytes: 5,
    modified: { wallClock: '2026-11-20T08:10:00' },
  });
});

it.each([
  ['MLSD', unixLine],
  ['MLSD', dosLine],
  ['MLSD', mlsdLine.replace('type=file;', '')],
  ['LIST', mlsdLine],
  ['LIST', ''],
  ['LIST', 'what is this'],
  ['LIST', '1001 4096 Feb 25 09:00 x'],
] as const)('%s does not understand %j', (command, line) => {
  const entry = parseListingLine(command, line, context)?.entry;

  expect(entry).toBeUndefined();
});
