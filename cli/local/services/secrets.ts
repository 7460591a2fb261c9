import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { Operations } from '../endpoint/aws-json.ts';
import { ServiceFault } from '../endpoint/service-fault.ts';
import { LocalUsageFault } from '../usage-fault.ts';

const secretsSchema = z.record(z.string(), z.record(z.string(), z.json()));
const requestSchema = z.strictObject({ SecretId: z.string() });

/**
 * Reads a local secrets file: a JSON object of secret name -> the secret's own object.
 * @throws LocalUsageFault that never shows what is in the file.
 */
export async function readSecrets(file: string): Promise<z.infer<typeof secretsSchema>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new LocalUsageFault(`The secrets file ${file} cannot be read (${codeOf(error)}).`, {
      cause: error,
    });
  });
  const parsed = secretsSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new LocalUsageFault(
    `The secrets file ${file} must be a JSON object of secret names, each with an object like {"user": "...", "password": "..."}.`,
  );
}

/** Secrets Manager on the secrets file, which is read anew at each call: a changed password counts at once. */
export function secretsOperations(file: string | undefined): Operations {
  return {
    GetSecretValue: async (request) => {
      const { SecretId: name } = requestSchema.parse(request);
      const secrets = file === undefined ? {} : await secretsOrFault(file);
      const secret = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
      if (secret === undefined) {
        const where =
          file === undefined ? 'no secrets file was given (--secrets FILE)' : `it is not in ${file}`;
        throw new ServiceFault(
          'ResourceNotFoundException',
          `Secrets Manager can't find the specified secret '${name}': ${where}.`,
        );
      }
      const VersionId = await versionOf(file);
      return { Name: name, VersionId, SecretString: JSON.stringify(secret), VersionStages: ['AWSCURRENT'] };
    },
  };
}

/** A secret's version must say nothing of what it holds, not even by a hash: here each change of the file makes new ones of all. */
async function versionOf(file: string | undefined): Promise<string> {
  if (file === undefined) return '';
  const { mtimeNs, ino } = await stat(file, { bigint: true });
  return `${ino}-${mtimeNs}`;
}

async function secretsOrFault(file: string): Promise<z.infer<typeof secretsSchema>> {
  try {
    return await readSecrets(file);
  } catch (error) {
    if (!(error instanceof LocalUsageFault)) throw error;
    throw new ServiceFault('ResourceNotFoundException', error.message);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which holds passwords.
    return undefined;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
