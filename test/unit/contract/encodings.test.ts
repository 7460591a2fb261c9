import { expect, it } from 'vitest';
import { encodings } from '../../../lambdas/contract/encodings.ts';
import { nameCodec } from '../../../lambdas/ftps/name-codec.ts';

it.each(encodings)('%s is an encoding that the sessions know', (encoding) => {
  const codec = nameCodec(encoding);

  expect(codec?.decode('plain.csv')).toBe('plain.csv');
});
