import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { readBody } from './read-body.ts';
import { notServed, ServiceFault } from './service-fault.ts';

/** What an operation may know of the request beside its input. */
interface RequestContext {
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** One service's operations by name. Each checks its own input and throws a ServiceFault for what it refuses. */
export type Operations = Readonly<Record<string, (input: unknown, context: RequestContext) => unknown>>;

/** Larger than any request of the services that are served so: a message of 1 MiB is up to six times as long in JSON. */
const maxBodyBytes = 8 * 1024 * 1024;

/** Answers one request of the AWS JSON protocols; dates are written as seconds since 1970, as both versions want them. */
export async function serveAwsJson(
  request: IncomingMessage,
  response: ServerResponse,
  { service, operation, operations }: { service: string; operation: string; operations: Operations },
): Promise<void> {
  const contentType = request.headers['content-type'] ?? 'application/x-amz-json-1.0';
  const answer = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
    response.writeHead(status, { 'content-type': contentType, ...headers });
    response.end(JSON.stringify(body));
  };
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const text = (await readBody(request, maxBodyBytes)).toString();
    const serve = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (serve === undefined) throw notServed(service, operation);
    answer(200, withEpochSeconds(await serve(text === '' ? {} : JSON.parse(text), { signal: gone.signal })));
  } catch (error) {
    if (error instanceof ServiceFault) {
      const { queryCode } = error;
      const headers = queryCode === undefined ? {} : { 'x-amzn-query-error': `${queryCode};Sender` };
      answer(400, { __type: error.type, message: error.message }, headers);
    } else if (error instanceof z.ZodError)
      answer(400, { __type: 'ValidationException', message: z.prettifyError(error) });
    else
      answer(500, {
        __type: 'InternalFailure',
        message: error instanceof Error ? error.message : String(error),
      });
  }
}

function withEpochSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(withEpochSeconds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withEpochSeconds(inner)]));
}
