import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { waitUntil } from '../../support/wait-until.ts';

const maxStillMs = 200;

test('returns the first answer that is neither undefined nor false', async () => {
  const answers = [undefined, false, 'ready', 'later'];

  const answer = await waitUntil({ what: 'it is ready', check: () => answers.shift() as string | undefined });

  expect(answer).toBe('ready');
});

test('waits for as long as the progress changes, however long that is', async () => {
  let polls = 0;

  const answer = await waitUntil({
    what: 'twenty polls are over',
    check: () => polls === 20,
    progress: () => ++polls,
    maxStillMs,
  });

  expect(answer).toBe(true);
});

test('waits for as long as functions send requests to a server of this process', async () => {
  const server = createServer((_, response) => void response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  let requests = 0;
  const request = async () => {
    requests += 1;
    await fetch(`http://127.0.0.1:${address.port}`, {
      headers: { 'user-agent': 'exec-env/AWS_Lambda_nodejs' },
    });
    return requests === 10;
  };

  const answer = await waitUntil({ what: 'ten requests are sent', check: request, maxStillMs });

  expect(answer).toBe(true);
  server.close();
});

test('fails when nothing has moved, and says what it waited for and the last state', async () => {
  const waiting = waitUntil({
    what: 'a file arrives',
    check: () => undefined,
    progress: () => ({ files: 3 }),
    maxStillMs,
  });

  await expect(waiting).rejects.toThrow(
    /^Nothing has moved for 0.2 s while waiting until a file arrives: .*"files":3/,
  );
});
