import {
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';
import type { Credentials } from '../contract/partner-file/connection.ts';
import { PartnerError } from './partner-error.ts';

/** Without line breaks, which would begin another command (RFC 959, 5.3). */
const commandArgument = z
  .string()
  .min(1)
  .regex(/^[^\r\n\0]*$/);

const credentialsSchema = z
  .object({
    user: commandArgument,
    password: commandArgument,
    account: commandArgument.optional(),
    clientCertificate: z.string().includes('-----BEGIN').optional(),
    clientKey: z.string().includes('-----BEGIN').optional(),
    clientKeyPassphrase: z.string().optional(),
  })
  .refine((read) => (read.clientCertificate === undefined) === (read.clientKey === undefined), {
    path: ['clientCertificate and clientKey'],
  });

/** The credentials of a secret, and its version: another password is another version. */
export interface SecretVersion {
  readonly credentials: Credentials;
  readonly versionId: string;
}

/** Reads the secret from Secrets Manager. @throws PartnerError, whose message never quotes the secret. */
export async function readCredentials(
  client: SecretsManagerClient,
  secretName: string,
): Promise<SecretVersion> {
  const { text, versionId } = await currentVersion(client, secretName);
  return { credentials: parseCredentials(text, secretName), versionId };
}

/** @throws PartnerError, whose message never quotes the secret. */
export function parseCredentials(text: string, secretName: string): Credentials {
  const read = credentialsSchema.safeParse(parseJson(text));
  if (!read.success) {
    throw new PartnerError('secret-invalid', `The secret '${secretName}' ${describeIssues(read.error)}`);
  }
  const { user, password, account, clientCertificate, clientKey, clientKeyPassphrase } = read.data;
  return { user, password, account, clientCertificate, clientKey, clientKeyPassphrase };
}

/** Names the keys but never their values. Zod's own messages could quote them. */
function describeIssues({ issues }: z.ZodError): string {
  const keys = [...new Set(issues.map(({ path }) => path.join('.')))].filter((key) => key !== '').join(', ');
  const what = keys === '' ? 'is not a JSON object' : `has no valid ${keys}`;
  return `${what}. It must be JSON with user and password; account, and clientCertificate and clientKey, both as PEM text, are optional.`;
}

async function currentVersion(
  client: SecretsManagerClient,
  SecretId: string,
): Promise<{ readonly text: string; readonly versionId: string }> {
  try {
    const { SecretString = '', VersionId = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    return { text: SecretString, versionId: VersionId };
  } catch (cause) {
    if (cause instanceof ResourceNotFoundException) {
      const message = `The secret '${SecretId}' does not exist. Create it with user and password: ftps-sync secret put PARTNER`;
      throw new PartnerError('secret-missing', message, cause);
    }
    // The answer of Secrets Manager for a secret that is scheduled for deletion.
    if (cause instanceof InvalidRequestException) {
      const message = `The secret '${SecretId}' cannot be read: ${cause.message} Restore it, or create it again: ftps-sync secret put PARTNER`;
      throw new PartnerError('secret-missing', message, cause);
    }
    throw cause;
  }
}
