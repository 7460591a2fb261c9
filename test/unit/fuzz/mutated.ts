import fc from 'fast-check';

/** How many inputs each property tries. `FUZZ_RUNS=200000 npm run fuzz` tries more. */
export const runs = { numRuns: Number(process.env.FUZZ_RUNS ?? 1_000) };

/** Characters that separate, end or escape something in a listing, a reply, YAML or JSON. */
const delicate = fc.constantFrom(
  ...[
    '\0',
    '\r',
    '\n',
    '\t',
    ' ',
    '  ',
    '/',
    '..',
    ';',
    '=',
    ':',
    ',',
    '-',
    '|',
    '(',
    ')',
    '"',
    '\\',
    '{',
    '}',
  ],
  ...[
    '[',
    ']',
    '&a',
    '*a',
    '<<',
    '!!js',
    '#',
    '%',
    '9',
    '99999999999999999999',
    '-1',
    '0',
    '1e999',
    '\x1b[31m',
  ],
);
const anyByte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));

/** One change of a text: something is inserted, removed, or repeated. */
interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly inserted: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.nat({ max: 8 }),
  inserted: fc.oneof(
    delicate,
    fc.array(anyByte, { maxLength: 6 }).map((bytes) => bytes.join('')),
    fc.tuple(delicate, fc.nat({ max: 400 })).map(([text, count]) => text.repeat(count)),
  ),
});

/**
 * Texts close to real ones, one character per byte: a real text with a few changes, a piece of two, or any
 * bytes.
 */
export function mutated(corpus: readonly string[]): fc.Arbitrary<string> {
  const real = fc.constantFrom(...corpus);
  const edited = fc
    .tuple(real, fc.array(edit, { minLength: 1, maxLength: 5 }))
    .map(([text, edits]) => edits.reduce(applyEdit, text));
  const spliced = fc
    .tuple(real, real, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([a, b, at]) => a.slice(0, at * a.length) + b.slice(at * b.length));
  const bytes = fc.array(anyByte, { maxLength: 300 }).map((each) => each.join(''));
  return fc.oneof({ weight: 6, arbitrary: edited }, { weight: 2, arbitrary: spliced }, bytes);
}

function applyEdit(text: string, { at, removed, inserted }: Edit): string {
  const position = Math.floor(at * text.length);
  return text.slice(0, position) + inserted + text.slice(position + removed);
}
