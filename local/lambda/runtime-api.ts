import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../endpoint/read-body.ts';
import { runtimePath } from '../endpoint/serve-request.ts';
import type { FunctionAnswer } from './function-answer.ts';
import type { FunctionChild } from './function-child.ts';
import type { Functions } from './functions.ts';

/**
 * Far above Lambda's limit, which is checked after the whole answer has arrived, so that the error names it.
 */
const maxAnswerBytes = 64 * 1024 * 1024;

/**
 * Lambda's Runtime API for the children of the stack
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
 */
export async function serveRuntimeApi(
  request: IncomingMessage,
  response: ServerResponse,
  functions: Functions,
): Promise<void> {
  const [token = '', ...call] = (request.url ?? '').slice(runtimePath.length).split('/');
  const child = functions.findChild(token);
  if (child === undefined) return end(response, 404);
  if (request.method === 'GET') return sendNext(child, response);
  const body = (await readBody(request, maxAnswerBytes)).toString();
  if (call.includes('init')) child.retire();
  child.settle(call.at(-1) === 'response' ? { kind: 'returned', payload: body } : toFailure(body));
  end(response, 202);
}

async function sendNext(child: FunctionChild, response: ServerResponse): Promise<void> {
  const { requestId, event, deadline } = await child.next();
  response.writeHead(200, {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': requestId,
    'lambda-runtime-deadline-ms': String(deadline.getTime()),
    'lambda-runtime-invoked-function-arn': child.functionArn,
  });
  response.end(event);
}

function toFailure(body: string): FunctionAnswer {
  const document: unknown = JSON.parse(body);
  const named = typeof document === 'object' && document !== null && 'errorType' in document;
  return { kind: 'failed', errorType: named ? String(document.errorType) : 'Error', payload: body };
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}
