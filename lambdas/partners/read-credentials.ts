import {
  GetSecretValueCommand,
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
  .refine((read) => (read.clientCertificate === undefined) === (read.clientKey === undefined));

/** What the secret holds, fresh from the store. @throws PartnerError that never quotes the secret. */
export async function readCredentials(
  client: SecretsManagerClient,
  secretName: string,
): Promise<Credentials> {
  const text = await secretText(client, secretName);
  const read = credentialsSchema.safeParse(parseJson(text));
  if (!read.success) {
    // zod's own words could quote what it read, so the message is ours.
    const rule = 'JSON with user and password, and clientCertificate with clientKey as PEM text or neither';
    throw new PartnerError(
      'secret-invalid',
      `The secret '${secretName}' does not hold a login. It must be ${rule}.`,
    );
  }
  const { user, password, clientCertificate, clientKey, clientKeyPassphrase } = read.data;
  return { user, password, clientCertificate, clientKey, clientKeyPassphrase };
}

async function secretText(client: SecretsManagerClient, SecretId: string): Promise<string> {
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    return SecretString;
  } catch (cause) {
    if (!(cause instanceof ResourceNotFoundException)) throw cause;
    const message = `There is no secret '${SecretId}'. Create it with {"user": ..., "password": ...}.`;
    throw new PartnerError('secret-missing', message, cause);
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
