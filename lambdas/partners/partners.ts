import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { PartnerId } from '../contract/ids.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import { readCredentials, type SecretVersion } from './read-credentials.ts';
import { readAllPartners, readPartner } from './read-partner.ts';

/** What a step asks of partners. Nothing is cached: a step asks once, and a rotated secret holds from the next step on. */
export interface Partners {
  /** @throws PartnerError */
  readonly readPartner: (partner: PartnerId) => Promise<PartnerFile>;
  /** Every partner of the stage. */
  readonly readAllPartners: () => Promise<readonly PartnerFile[]>;
  /** @throws PartnerError */
  readonly readCredentials: (secretName: string) => Promise<SecretVersion>;
}

/** @param path where the partner files are in the parameter store. */
export function openPartners(path: string): Partners {
  const parameters = new SSMClient({});
  const secrets = new SecretsManagerClient({});
  return {
    readPartner: (partner) => readPartner(parameters, path, partner),
    readAllPartners: () => readAllPartners(parameters, path),
    readCredentials: (secretName) => readCredentials(secrets, secretName),
  };
}
