import type { UploadPartCommandInput } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { createUpload, listParts } from '../../../../lambdas/s3/upload/multipart-requests.ts';
import { PartRangeWriter } from '../../../../lambdas/s3/upload/part-range-writer.ts';
import { startLocalEndpoint } from '../../local/s3/local-endpoint.ts';
import { content, newBucket, objectKey, WatchedBudget } from './object-writer-parts.ts';

const partBytes = 1024 * 1024;
const sizeBytes = 5.5 * partBytes;

it.each([
  ['one part is held in one buffer, whatever the number of parts', 1],
  ['three parts are held in three', 3],
])('With a budget of so many parts, %s', async (_, parts) => {
  const endpoint = await startLocalEndpoint();
  const bucket = await newBucket(endpoint);
  const buffers = new Set<ArrayBufferLike>();
  endpoint.client.middlewareStack.add(
    (next) => (request) => {
      const { Body } = request.input as Partial<UploadPartCommandInput>;
      if (Buffer.isBuffer(Body)) buffers.add(Body.buffer);
      return next(request);
    },
    { step: 'initialize' },
  );
  const upload = await createUpload({ bucket, key: objectKey('big') }, {});
  const budget = new WatchedBudget(parts * partBytes);
  const writer = new PartRangeWriter({
    upload,
    budget,
    firstPart: 1,
    partLength: (part) => (part > 6 ? undefined : Math.min(partBytes, sizeBytes - (part - 1) * partBytes)),
    mayBegin: () => true,
    isHeld: (part) => part === 6,
    onSent: () => undefined,
  });

  const bytes = content(sizeBytes);
  for (let from = 0; from < bytes.length; from += 64_000)
    await writer.write(bytes.subarray(from, from + 64_000));
  await writer.finish();

  expect((await listParts(upload))?.map((part) => part.sizeBytes)).toEqual([
    ...Array.from({ length: 5 }, () => partBytes),
    partBytes / 2,
  ]);
  expect(buffers.size).toBeLessThanOrEqual(parts);
  expect(budget.mostBytes).toBeLessThanOrEqual(parts * partBytes);
  await endpoint.stop();
});
