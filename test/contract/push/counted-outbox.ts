import { Readable } from 'node:stream';
import { type Bucket, openBucket } from '../../../lambdas/s3/bucket.ts';

/** The bucket, with a client that reports every byte that is read from an object. */
export function countedOutbox(name: string, onBytes: (count: number) => void): Bucket {
  const outbox = openBucket(name);
  outbox.client.middlewareStack.add(
    (next) => async (call) => {
      const answered = await next(call);
      if (hasStream(answered.response)) {
        answered.response.body = Readable.from(counted(answered.response.body, onBytes));
      }
      return answered;
    },
    { step: 'deserialize', priority: 'low', name: 'countBytesRead' },
  );
  return outbox;
}

function hasStream(response: unknown): response is { body: Readable } {
  return (
    typeof response === 'object' &&
    response !== null &&
    'body' in response &&
    response.body instanceof Readable
  );
}

async function* counted(body: Readable, onBytes: (count: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    onBytes(chunk.length);
    yield chunk;
  }
}
