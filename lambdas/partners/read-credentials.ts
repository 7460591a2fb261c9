import {
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import type { Credentials } from '../contract/connection.ts';
import { PartnerError } from './partner-error.ts';

/** What may go into a login command: a line break would start another command (RFC 959, 5.3). */
const oneLine = z
  .string()
  .min(1)
  .regex(/^[^\r\n\0]*$/);

const credentialsSchema = z
  .object({
    user: oneLine,
    password: oneLine,
    clientCertificate: z.string().includes('-----BEGIN').optional(),
    clientKey: z.string().includes('-----BEGIN').optional(),
    clientKeyPassphrase: z.string().optional(),
  })
  .refine((read) => (read.clientCertificate === undefined) === (read.clientKey === undefined), {
    path: ['clientCertificate and clientKey'],
  });

/** What a secret holds, and the name of that version of it: another password is another version. */
export interface SecretVersion {
  readonly credentials: Credentials;
  readonly versionId: string;
}

/** What the secret holds, fresh from the store. @throws PartnerError that never quotes the secret. */
export async function readCredentials(
  client: SecretsManagerClient,
  secretName: string,
): Promise<SecretVersion> {
  const { text, versionId } = await currentVersion(client, secretName);
  return { credentials: credentialsIn(text, secretName), versionId };
}

/** What a secret's text holds. @throws PartnerError that never quotes it. */
export function credentialsIn(text: string, secretName: string): Credentials {
  const read = credentialsSchema.safeParse(parseJson(text));
  if (!read.success) {
    throw new PartnerError('secret-invalid', `The secret '${secretName}' ${whatIsWrong(read.error)}`);
  }
  const { user, password, clientCertificate, clientKey, clientKeyPassphrase } = read.data;
  return { user, password, clientCertificate, clientKey, clientKeyPassphrase };
}

/** Names the keys and never what they hold: zod's own words could quote what it read, so the message is ours. */
function whatIsWrong({ issues }: z.ZodError): string {
  const keys = [...new Set(issues.map(({ path }) => path.join('.')))].filter((key) => key !== '').join(', ');
  const what = keys === '' ? 'holds no JSON object' : `has nothing usable as ${keys}`;
  return `${what}. It must be JSON with user and password, and clientCertificate with clientKey as PEM text or neither.`;
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
      const message = `There is no secret '${SecretId}'. Put user and password there: ftps-sync secret put PARTNER.`;
      throw new PartnerError('secret-missing', message, cause);
    }
    // This is how Secrets Manager answers for a secret that is on its way to deletion.
    if (cause instanceof InvalidRequestException) {
      const message = `The secret '${SecretId}' cannot be read: ${cause.message} Restore it, or put another: ftps-sync secret put PARTNER.`;
      throw new PartnerError('secret-missing', message, cause);
    }
    throw cause;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, and the text is a secret.
    return undefined;
  }
}
