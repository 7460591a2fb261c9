import { vi } from 'vitest';
import { type Operations, serveAwsJson } from '../../local/endpoint/aws-json.ts';
import { type HttpService, serveHttp } from './serve-http.ts';

/** The target of a request: the service in its target header, at this server. */
export interface AwsTarget {
  readonly service: string;
  readonly url: string;
}

/** Serves operations of the AWS JSON protocols on a free port until it is stopped. */
export async function serveAws(operationsOf: (target: AwsTarget) => Operations): Promise<HttpService> {
  const served: HttpService = await serveHttp((request, response) => {
    const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.');
    const operations = operationsOf({ service, url: served.url });
    void serveAwsJson(request, response, { service, operation, operations });
  });
  return served;
}

/** The configuration of a client for a server on this machine. */
export const localClient = {
  region: 'eu-south-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};

/** Directs clients that are configured by the environment to a server, until `vi.unstubAllEnvs`. */
export function stubAws(endpointVariable: `AWS_ENDPOINT_URL${string}`, url: string): void {
  vi.stubEnv(endpointVariable, url);
  vi.stubEnv('AWS_REGION', localClient.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', localClient.credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', localClient.credentials.secretAccessKey);
}
