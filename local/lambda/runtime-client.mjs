/**
 * The runtime in a function's child: loads the handler, requests one invocation after the other and answers
 * it, through Lambda's Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). It exits
 * when the local stack does, so that a killed stack leaves no process behind.
 *
 * Plain JavaScript without dependencies: stripping types would cost every child 20 MB and every cold start 30
 * ms, and the tests measure the memory of functions.
 */
import { statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// `127.0.0.1:PORT/PATH`: the path identifies the child.
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

// Ctrl-C reaches every process of the terminal; only the local stack ends a running function.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('uncaughtException', reportAndExit);
process.on('unhandledRejection', reportAndExit);

const handler = await loadHandler().catch(reportAndExit);
for (;;) {
  const invocation = await nextInvocation();
  const answering = `${api}/invocation/${invocation.requestId}`;
  try {
    const result = await handler(invocation.event, createContext(invocation));
    await post(`${answering}/response`, result === undefined ? null : result);
  } catch (error) {
    await post(`${answering}/error`, toErrorDocument(error));
  }
}

async function loadHandler() {
  const [file, name] = process.env._HANDLER.split('.');
  const root = process.env.LAMBDA_TASK_ROOT;
  const path = ['.mjs', '.js'].map((extension) => join(root, `${file}${extension}`)).find(isFile);
  if (path === undefined) throw new Error(`${root} has no module '${file}'`);
  const { [name]: found } = await import(pathToFileURL(path).href);
  if (typeof found !== 'function') throw new Error(`${path} exports no function '${name}'`);
  return found;
}

async function nextInvocation() {
  const { headers, body } = await call('GET', `${api}/invocation/next`);
  return {
    requestId: headers['lambda-runtime-aws-request-id'],
    functionArn: headers['lambda-runtime-invoked-function-arn'],
    deadlineMs: Number(headers['lambda-runtime-deadline-ms']),
    event: JSON.parse(body),
  };
}

function createContext({ requestId, functionArn, deadlineMs }) {
  const { env } = process;
  return {
    callbackWaitsForEmptyEventLoop: true,
    awsRequestId: requestId,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: functionArn,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

/** The type is the error's name, as in Lambda's runtime: Retry and Catch of Step Functions match it. */
function toErrorDocument(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  const trace = (error.stack ?? '').split('\n').filter((line) => line !== '');
  return { errorType: error.name, errorMessage: error.message, trace };
}

/**
 * An error outside of the handler's promise ends the child, as it ends a Lambda environment. It is reported
 * as an initialization error, so that the local stack gives this child no other invocation.
 */
async function reportAndExit(error) {
  await post(`${api}/init/error`, toErrorDocument(error)).catch(() => {});
  process.exit(129);
}

function post(url, body) {
  return call('POST', url, JSON.stringify(body));
}

/**
 * With node:http, which waits for the next invocation without a limit: fetch times out after five minutes.
 */
function call(method, url, body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
