import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Operations, serveAwsJson } from './aws-json.ts';

type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What answers behind the one port. */
export interface Services {
  /** Lambda's Runtime API, below `runtimePath`. */
  readonly runtimeApi: Serve;
  /** CloudFormation, which uses the AWS query protocol. */
  readonly stack: Serve;
  readonly tables: Serve;
  readonly objects: Serve;
  /** The services that use AWS JSON, by the first part of X-Amz-Target. */
  readonly json: Readonly<Record<string, Operations>>;
}

/** The first part of the Runtime API's paths. No bucket can have this name. */
export const runtimePath = '/_runtime/';

const tablesTarget = 'DynamoDB_20120810';

/**
 * Passes the request to its service. AWS JSON is recognized by X-Amz-Target and AWS query by its form; every
 * other request is for S3, which no header identifies.
 */
export async function serveRequest(
  request: IncomingMessage,
  response: ServerResponse,
  services: Services,
): Promise<void> {
  const target = String(request.headers['x-amz-target'] ?? '');
  const [service = '', operation = ''] = target.split('.');
  if (request.url?.startsWith(runtimePath)) return services.runtimeApi(request, response);
  if (service === tablesTarget) return services.tables(request, response);
  if (target !== '') {
    const operations = Object.hasOwn(services.json, service) ? services.json[service] : undefined;
    return serveAwsJson(request, response, { service, operation, operations: operations ?? {} });
  }
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return services.stack(request, response);
  }
  return services.objects(request, response);
}
