import { vi } from 'vitest';
import { type Operations, serveAwsJson } from '../../cli/local/endpoint/aws-json.ts';
import { type HttpService, serveHttp } from './serve-http.ts';

/** What a request was sent to: the service as its target header names it, at this server. */
export interface AwsTarget {
  readonly service: string;
  readonly url: string;
}

/** Serves operations of the AWS JSON protocols on a port of their own until it is stopped. */
export async function serveAws(operationsOf: (target: AwsTarget) => Operations): Promise<HttpService> {
  const served: HttpService = await serveHttp((request, response) => {
    const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.');
    const operations = operationsOf({ service, url: served.url });
    void serveAwsJson(request, response, { service, operation, operations });
  });
  return served;
}

/** What a client of a server on this machine is made with. */
export const localClient = {
  region: 'eu-south-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};

/** Sends the clients that are made from the environment to a server, until `vi.unstubAllEnvs`. */
export function stubAws(endpointVariable: `AWS_ENDPOINT_URL${string}`, url: string): void {
  vi.stubEnv(endpointVariable, url);
  vi.stubEnv('AWS_REGION', localClient.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', localClient.credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', localClient.credentials.secretAccessKey);
}
