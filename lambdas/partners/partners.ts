import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { PartnerId } from '../contract/ids.ts';
import type { PartnerFile } from '../contract/partner-file/partner-file.ts';
import { readCredentials, type SecretVersion } from './read-credentials.ts';
import { readAllPartners, readPartner, type StagePartners } from './read-partner.ts';
import { type SecretAge, SecretCache } from './secret-cache.ts';

/** Reads partner files, again in each invocation, and secrets, which it may cache for a few minutes. */
export interface Partners {
  /** @throws PartnerError */
  readonly readPartner: (partner: PartnerId) => Promise<PartnerFile>;
  /** All partners of the stage, and those whose files cannot be read. */
  readonly readAllPartners: () => Promise<StagePartners>;
  /** @param age Default: `fresh`. @throws PartnerError */
  readonly readCredentials: (secretName: string, age?: SecretAge) => Promise<SecretVersion>;
}

/** @param path the prefix of the partner files in Parameter Store. */
export function openPartners(path: string): Partners {
  const parameters = new SSMClient({});
  const secretsClient = new SecretsManagerClient({});
  const secrets = new SecretCache((name) => readCredentials(secretsClient, name), Date.now);
  return {
    readPartner: (partner) => readPartner(parameters, path, partner),
    readAllPartners: () => readAllPartners(parameters, path),
    readCredentials: (secretName, age = 'fresh') => secrets.get(secretName, age),
  };
}
