import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Functions } from '../functions/functions.ts';
import { runtimePath } from '../functions/functions.ts';
import { serveRuntimeApi } from '../functions/runtime-api.ts';
import { type DescribedStack, serveStackDescription } from '../services/stack-description.ts';
import { type Operations, serveAwsJson } from './aws-json.ts';

type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What answers behind the one port. */
export interface Services {
  readonly functions: Functions;
  readonly stack: DescribedStack;
  readonly tables: Serve;
  readonly objects: Serve;
  /** The services that speak AWS JSON, by the first part of X-Amz-Target. */
  readonly json: Readonly<Record<string, Operations>>;
}

const tablesTarget = 'DynamoDB_20120810';

/**
 * Finds the service that a request is for. Each AWS protocol shows itself: AWS JSON by X-Amz-Target, AWS query by its
 * form, and what remains is S3, whose requests have no mark of their own.
 */
export async function serveRequest(
  request: IncomingMessage,
  response: ServerResponse,
  services: Services,
): Promise<void> {
  const target = String(request.headers['x-amz-target'] ?? '');
  const [service = '', operation = ''] = target.split('.');
  if (request.url?.startsWith(runtimePath)) return serveRuntimeApi(request, response, services.functions);
  if (service === tablesTarget) return services.tables(request, response);
  if (target !== '') {
    const operations = Object.hasOwn(services.json, service) ? services.json[service] : undefined;
    return serveAwsJson(request, response, { service, operation, operations: operations ?? {} });
  }
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return serveStackDescription(request, response, services.stack);
  }
  return services.objects(request, response);
}
