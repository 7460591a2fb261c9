import { readFile, rename, writeFile } from 'node:fs/promises';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CommandFault, exitCodes } from './exit-code.ts';
import { readSecrets } from './local/services/secrets.ts';

/** Where the secrets of a stage are. What goes in and comes out is the secret's JSON text. */
export interface SecretStore {
  /** What people call it. */
  readonly place: string;
  /** Undefined where there is no such secret. */
  get(name: string): Promise<string | undefined>;
  /** Makes another version of it, or the secret, where it is not there. */
  put(name: string, text: string): Promise<void>;
}

/** The file of `--secrets`. */
export function secretsFile(path: string): SecretStore {
  const all = async () => ((await isThere(path)) ? await readSecrets(path) : {});
  return {
    place: path,
    get: async (name) => {
      const secrets = await all();
      return Object.hasOwn(secrets, name) ? JSON.stringify(secrets[name]) : undefined;
    },
    put: async (name, text) => {
      const secrets = { ...(await all()), [name]: JSON.parse(text) };
      // A reader sees the old file or the new one, and nobody else any of them.
      const next = `${path}.next`;
      await writeFile(next, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 });
      await rename(next, path);
    },
  };
}

/** Secrets Manager, with the environment's AWS settings. */
export function secretsManager(): SecretStore {
  const client = new SecretsManagerClient({});
  return {
    place: 'Secrets Manager',
    get: async (SecretId) => {
      try {
        return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
      } catch (cause) {
        if (cause instanceof ResourceNotFoundException) return undefined;
        throw refused(`read the secret '${SecretId}'`, cause);
      }
    },
    put: async (SecretId, SecretString) => {
      try {
        await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
      } catch (cause) {
        if (!(cause instanceof ResourceNotFoundException))
          throw refused(`write the secret '${SecretId}'`, cause);
        await client
          .send(new CreateSecretCommand({ Name: SecretId, SecretString }))
          .catch((error: unknown) => {
            throw refused(`create the secret '${SecretId}'`, error);
          });
      }
    },
  };
}

/** The service's own words never hold what it was sent. */
function refused(what: string, cause: unknown): CommandFault {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CommandFault(
    exitCodes.usage,
    `Secrets Manager did not let us ${what}: ${why} The rights that it takes are in docs/secrets.md.`,
    { cause },
  );
}

async function isThere(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
