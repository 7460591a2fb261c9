import { devNull } from 'node:os';

/** The region and the account in the ARNs of local resources. Nothing checks them. */
export const localRegion = 'us-east-1';
export const localAccount = '000000000000';

/**
 * The environment variables that make an AWS client use the local stack. Every signature is accepted, but the
 * SDK needs some credentials. The profile is empty because the SDK prefers the operator's profile to the
 * keys.
 * @param endpoint `http://127.0.0.1:PORT`.
 */
export function clientEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: localRegion,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_PROFILE: '',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
