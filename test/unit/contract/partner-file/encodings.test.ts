import { expect, it } from 'vitest';
import { encodings } from '../../../../lambdas/contract/partner-file/encodings.ts';
import { nameCodec } from '../../../../lambdas/ftps/session/name-codec.ts';

it.each(encodings)('%s is supported by the FTPS session', (encoding) => {
  const codec = nameCodec(encoding);

  expect(codec?.decode('plain.csv')).toBe('plain.csv');
});
