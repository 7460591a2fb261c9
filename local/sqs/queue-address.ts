import { localAccount } from '../account/local-account.ts';

/**
 * The URL of a queue, with the local host: a client sends its requests to the URL of the queue, not to its
 * endpoint.
 * @param endpoint `http://127.0.0.1:PORT`.
 */
export function queueUrl(endpoint: string, name: string): string {
  return `${endpoint}/${localAccount}/${name}`;
}

/** The name in the URL of a queue, with any port: a URL from an earlier start is the same queue. */
export function parseQueueName(url: string): string | undefined {
  return new RegExp(`^https?://[^/]+/${localAccount}/([\\w-]{1,80}(?:\\.fifo)?)$`).exec(url)?.[1];
}
