import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deliverySchema, objectCreatedSchema } from '../../../lambdas/contract/events/delivery.ts';
import { parseJson } from '../../../lambdas/contract/parse-json.ts';
import { deliveryPaths } from '../../../lambdas/core/delivery/delivery-path.ts';
import { parseRemotePath } from '../../../lambdas/core/path/remote-path.ts';
import { mutated, runs } from './mutated.ts';

const event = JSON.stringify({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: {
    bucket: { name: 'outbox' },
    object: { key: 'acme/orders/a.csv', size: 5, etag: '"e"', 'version-id': 'v1', sequencer: '0A1B' },
  },
});
const delivery = JSON.stringify({
  partner: 'acme',
  flow: 'orders',
  key: 'acme/orders/a.csv',
  versionId: 'v1',
  sizeBytes: 5,
});
const bodies = mutated([
  event,
  delivery,
  '{}',
  '[]',
  'null',
  '"text"',
  '{"__proto__": {"source": "aws.s3"}}',
]);

const rules = {
  prefix: 'acme/orders/',
  remote: parseRemotePath('/incoming'),
  doneFile: '{name}.done',
  checksumFile: 'sha256' as const,
  stagingName: '.{name}.{version}.part',
};

test('Every body of a message is an event, or is refused', () => {
  fc.assert(
    fc.property(bodies, (body) => {
      const created = objectCreatedSchema.safeParse(parseJson(body));
      if (created.success) expect(created.data.detail.object.size).toBeGreaterThanOrEqual(0);
      const message = deliverySchema.safeParse(parseJson(body));
      if (message.success) expect(Number.isSafeInteger(message.data.sizeBytes)).toBe(true);
      expect(Object.hasOwn(Object.prototype, 'source')).toBe(false);
    }),
    runs,
  );
});

const keys = mutated([
  'acme/orders/a.csv',
  'acme/orders/sub/ä b.csv',
  'acme/orders/../x',
  'acme/orders//',
  'other/a',
]);

test('Every key has paths below the directory of its flow, or is refused', () => {
  fc.assert(
    fc.property(keys, (key) => {
      const paths = deliveryPaths(rules, { key, versionId: 'v1' });
      if (typeof paths === 'string') return;

      for (const path of [paths.target, paths.staging, paths.checksum, paths.done]) {
        if (path === undefined) continue;
        expect(path.startsWith('/incoming/')).toBe(true);
        expect(parseRemotePath(path)).toBe(path);
        for (const name of path.split('/')) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      }
    }),
    runs,
  );
});
