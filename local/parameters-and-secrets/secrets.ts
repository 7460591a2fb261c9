import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { parseJson } from '../../lambdas/contract/parse-json.ts';
import { LocalUsageError } from '../account/usage-error.ts';
import type { Operations } from '../endpoint/aws-json.ts';
import { ServiceError } from '../endpoint/service-error.ts';

const secretsSchema = z.record(z.string(), z.record(z.string(), z.json()));
const requestSchema = z.strictObject({ SecretId: z.string() });

/**
 * Reads a secrets file: a JSON object of secret name -> object.
 * @throws LocalUsageError that never contains a part of the file.
 * @example {"ftps-sync/acme": {"user": "...", "password": "..."}}
 */
export async function readSecrets(file: string): Promise<z.infer<typeof secretsSchema>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new LocalUsageError(`The secrets file ${file} cannot be read (${errorCode(error)}).`, {
      cause: error,
    });
  });
  const secrets = parseJson(text, secretsSchema);
  if (secrets !== undefined) return secrets;
  throw new LocalUsageError(
    `The secrets file ${file} must be a JSON object of secret names, each with an object like {"user": "...", "password": "..."}.`,
  );
}

/**
 * Secrets Manager with the secrets file, which is read again at each call: a changed password applies
 * immediately.
 */
export function secretsOperations(file: string | undefined): Operations {
  return {
    GetSecretValue: async (request) => {
      const { SecretId: name } = requestSchema.parse(request);
      const secrets = file === undefined ? {} : await readSecretsForCall(file);
      const secret = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
      if (secret === undefined) {
        const where =
          file === undefined ? 'there is no secrets file (--secrets FILE)' : `it is not in ${file}`;
        throw new ServiceError(
          'ResourceNotFoundException',
          `Secrets Manager can't find the specified secret '${name}': ${where}.`,
        );
      }
      const VersionId = await readVersion(file);
      return { Name: name, VersionId, SecretString: JSON.stringify(secret), VersionStages: ['AWSCURRENT'] };
    },
  };
}

/**
 * The version of a secret must not reveal its content, not even by a hash. Each change of the file is a new
 * version of all secrets.
 */
async function readVersion(file: string | undefined): Promise<string> {
  if (file === undefined) return '';
  const { mtimeNs, ino } = await stat(file, { bigint: true });
  return `${ino}-${mtimeNs}`;
}

async function readSecretsForCall(file: string): Promise<z.infer<typeof secretsSchema>> {
  try {
    return await readSecrets(file);
  } catch (error) {
    if (!(error instanceof LocalUsageError)) throw error;
    throw new ServiceError('ResourceNotFoundException', error.message);
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
