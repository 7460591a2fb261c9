import { statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorDocument } from './error-document.ts';

/**
 * The runtime of a function's child: loads the handler, asks for invocations one at a time and answers them, by Lambda's
 * Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). It ends when the local stack is gone, so
 * that nothing is left running behind a stack that was killed.
 */
type Handler = (event: unknown, context: object) => unknown;

interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly deadlineMs: number;
  readonly event: unknown;
}

/** `127.0.0.1:PORT/PATH`: the path says which child is asking. */
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('uncaughtException', (error) => void failForGood(error));
process.on('unhandledRejection', (error) => void failForGood(error));

const handler = await loadHandler().catch(failForGood);
for (;;) {
  const invocation = await nextInvocation();
  const answering = `${api}/invocation/${invocation.requestId}`;
  try {
    const result = await handler(invocation.event, contextOf(invocation));
    await post(`${answering}/response`, result === undefined ? null : result);
  } catch (error) {
    await post(`${answering}/error`, errorDocument(error));
  }
}

async function loadHandler(): Promise<Handler> {
  const [file = '', name = ''] = (process.env._HANDLER ?? '').split('.');
  const root = process.env.LAMBDA_TASK_ROOT ?? '.';
  const path = ['.mjs', '.js'].map((ending) => join(root, `${file}${ending}`)).find(isFile);
  if (path === undefined) throw new Error(`There is no module '${file}' in ${root}`);
  const loaded: unknown = await import(pathToFileURL(path).href);
  const found: unknown = isRecord(loaded) ? loaded[name] : undefined;
  if (!isHandler(found)) throw new Error(`${path} exports no function '${name}'`);
  return found;
}

async function nextInvocation(): Promise<Invocation> {
  const { headers, body } = await call('GET', `${api}/invocation/next`);
  return {
    requestId: String(headers['lambda-runtime-aws-request-id']),
    functionArn: String(headers['lambda-runtime-invoked-function-arn']),
    deadlineMs: Number(headers['lambda-runtime-deadline-ms']),
    event: JSON.parse(body),
  };
}

function contextOf(invocation: Invocation): object {
  const { env } = process;
  return {
    callbackWaitsForEmptyEventLoop: true,
    awsRequestId: invocation.requestId,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: invocation.functionArn,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, invocation.deadlineMs - Date.now()),
  };
}

/**
 * An error outside the handler's own promise ends the child, as it ends a Lambda environment. It is told as an error of
 * the initialization, so that the local stack gives this child no other invocation.
 */
async function failForGood(error: unknown): Promise<never> {
  await post(`${api}/init/error`, errorDocument(error)).catch(() => {});
  process.exit(129);
}

function post(url: string, body: unknown) {
  return call('POST', url, JSON.stringify(body));
}

/** With node:http, which waits for the next invocation as long as it takes: fetch gives up after five minutes. */
function call(method: 'GET' | 'POST', url: string, body?: string) {
  return new Promise<{ headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const sent = request(url, { method }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ headers: response.headers, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}
