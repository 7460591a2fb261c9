import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { readBody } from './read-body.ts';
import { ServiceError, unknownOperation } from './service-error.ts';

/** The request of an operation, apart from its input. */
interface RequestContext {
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
}

/**
 * The operations of a service by name. Each parses its input, returns the response and throws a ServiceError
 * for what it refuses.
 */
export type Operations = Readonly<Record<string, (input: unknown, context: RequestContext) => unknown>>;

/** More than any request needs: a message of 1 MiB is up to six times longer in JSON. */
const maxBodyBytes = 8 * 1024 * 1024;

/**
 * Answers one request in AWS JSON 1.0 or 1.1. Dates are written as seconds since 1970.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
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
  const disconnected = new AbortController();
  response.once('close', () => disconnected.abort());
  try {
    const text = (await readBody(request, maxBodyBytes)).toString();
    const serve = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (serve === undefined) throw unknownOperation(service, operation);
    answer(
      200,
      withEpochSeconds(await serve(text === '' ? {} : JSON.parse(text), { signal: disconnected.signal })),
    );
  } catch (error) {
    if (error instanceof ServiceError) {
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
