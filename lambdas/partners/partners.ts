import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { PartnerId } from '../contract/ids.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import { readCredentials, type SecretVersion } from './read-credentials.ts';
import { readAllPartners, readPartner } from './read-partner.ts';
import { type SecretAge, SecretCache } from './secret-cache.ts';

/** What a step asks of partners. Partner files are read anew by each step; secrets are kept for a few minutes. */
export interface Partners {
  /** @throws PartnerError */
  readonly readPartner: (partner: PartnerId) => Promise<PartnerFile>;
  /** Every partner of the stage. */
  readonly readAllPartners: () => Promise<readonly PartnerFile[]>;
  /** @param age `fresh` unless told. @throws PartnerError */
  readonly readCredentials: (secretName: string, age?: SecretAge) => Promise<SecretVersion>;
}

/** @param path where the partner files are in the parameter store. */
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
