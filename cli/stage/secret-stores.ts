import { readFile, rename, writeFile } from 'node:fs/promises';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { readSecrets } from '../../local/parameters-and-secrets/secrets.ts';
import { CommandError, exitCodes } from '../exit-code.ts';

/** Where the secrets of a stage are. A secret is JSON text. */
export interface SecretStore {
  /** For messages. */
  readonly place: string;
  /** Undefined when there is no such secret. */
  get(name: string): Promise<string | undefined>;
  /** Stores a new version, and creates the secret when there is none. */
  put(name: string, text: string): Promise<void>;
}

/** The JSON file that `--secrets` names. */
export function secretsFile(path: string): SecretStore {
  const all = async () => ((await fileExists(path)) ? await readSecrets(path) : {});
  return {
    place: path,
    get: async (name) => {
      const secrets = await all();
      return Object.hasOwn(secrets, name) ? JSON.stringify(secrets[name]) : undefined;
    },
    put: async (name, text) => {
      const secrets = { ...(await all()), [name]: JSON.parse(text) };
      // A reader never sees a missing or partial file. Only the owner may read it.
      const next = `${path}.next`;
      await writeFile(next, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 });
      await rename(next, path);
    },
  };
}

/** Secrets Manager, with the AWS settings of the environment. */
export function secretsManager(): SecretStore {
  const client = new SecretsManagerClient({});
  return {
    place: 'Secrets Manager',
    get: async (SecretId) => {
      try {
        return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
      } catch (cause) {
        if (cause instanceof ResourceNotFoundException) return undefined;
        throw refusedError(`read the secret '${SecretId}'`, cause);
      }
    },
    put: async (SecretId, SecretString) => {
      try {
        await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
      } catch (cause) {
        if (!(cause instanceof ResourceNotFoundException))
          throw refusedError(`write the secret '${SecretId}'`, cause);
        await client
          .send(new CreateSecretCommand({ Name: SecretId, SecretString }))
          .catch((error: unknown) => {
            throw refusedError(`create the secret '${SecretId}'`, error);
          });
      }
    },
  };
}

/** Secrets Manager's messages never quote a secret. */
function refusedError(what: string, cause: unknown): CommandError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CommandError(
    exitCodes.usage,
    `Cannot ${what} in Secrets Manager: ${why} docs/secrets.md lists the permissions that you need.`,
    { cause },
  );
}

async function fileExists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
