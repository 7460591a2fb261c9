import { devNull } from 'node:os';

/** The region and the account that local resources say they are in. Nothing checks them: they only fill the ARNs. */
export const localRegion = 'us-east-1';
export const localAccount = '000000000000';

/**
 * What a client needs to talk to the local stack. Any signature is accepted, so the credentials only have to be there. The
 * operator's own profile has no say: it is set to nothing, because the SDK prefers a profile to the keys.
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
