import { localAccount } from '../local-account.ts';

/**
 * The URL of a queue. It carries the local host: the client sends its requests to the URL of the queue, whatever its endpoint.
 * @param endpoint `http://127.0.0.1:PORT`.
 */
export function queueUrl(endpoint: string, name: string): string {
  return `${endpoint}/${localAccount}/${name}`;
}

/** The name in a queue's URL. The port is not looked at: the URL of an earlier start means the same queue. */
export function queueNameOf(url: string): string | undefined {
  return new RegExp(`^https?://[^/]+/${localAccount}/([\\w-]{1,80}(?:\\.fifo)?)$`).exec(url)?.[1];
}
