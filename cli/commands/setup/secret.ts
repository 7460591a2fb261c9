import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';
import type { PartnerId } from '../../../lambdas/contract/ids.ts';
import { parseJson } from '../../../lambdas/contract/parse-json.ts';
import { parseCredentials } from '../../../lambdas/partners/read-credentials.ts';
import type { CommandGroup } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { optionalReasonOption } from '../../args/invocation.ts';
import { readPartnersOption } from '../../args/partner-folder.ts';
import { CommandError, type ExitCode, exitCodes } from '../../exit-code.ts';
import { recordAudit } from '../../stage/audit.ts';
import { type SecretStore, secretsFile, secretsManager } from '../../stage/secret-stores.ts';
import { findStage } from '../../stage/stage.ts';
import { withStage } from '../../stage/with-stage.ts';
import { Prompt } from '../../text/prompt.ts';

export const command: CommandGroup = {
  name: 'secret',
  summary: 'store new credentials for a partner',
  subcommands: [
    {
      usage: 'put <partner>',
      summary: 'store new credentials for a partner',
      description:
        'Store new credentials for a partner (docs/secrets.md). At a terminal, prompts for user and password ' +
        'without echo; otherwise reads JSON from stdin. There is no option for the password: other users of ' +
        'the machine can read a command line.',
      options: [
        {
          flags: '--from-file <file>',
          description: 'read JSON from a file: {"user", "password", ...}; - for stdin',
        },
        optionalReasonOption,
        ...commonOptions,
      ],
      action: (invocation) =>
        secretPut(
          {
            partner: invocation.partnerId(),
            fromFile: invocation.text('from-file'),
            reason: invocation.optionalReason(),
          },
          invocation.commonOptions(),
        ),
    },
  ],
};

interface SecretRequest {
  readonly partner: PartnerId;
  /** A file with the secret's JSON, `-` for stdin; undefined: a prompt at a terminal, otherwise stdin. */
  readonly fromFile: string | undefined;
  readonly reason: string;
}

/** Stores a new version of the partner's secret, once it is known to hold what a login needs. */
async function secretPut(request: SecretRequest, options: CommonOptions): Promise<ExitCode> {
  const { partner, fromFile } = request;
  const store = openStore(options);
  const name = await findSecretName(partner, options);
  const text = await readNewSecret({ name, fromFile }, store);
  // Throws before unusable credentials replace usable ones.
  parseCredentials(text, name);
  await store.put(name, text);
  await recordPut(request, name, options);
  options.output.json({ partner, secret: name, written: true });
  options.output.text(
    `Stored a new version of the secret '${name}' in ${store.place}. Functions use it within five minutes, or ` +
      'after their next refused login. It closes a circuit that refused logins have opened.\n',
  );
  return exitCodes.done;
}

/** The secret is stored already: a note is all that is left where the audit log cannot be written. */
async function recordPut(
  { partner, reason }: SecretRequest,
  on: string,
  options: CommonOptions,
): Promise<void> {
  // A local stack that never ran has no audit log, and building it takes longer than anyone expects of this.
  if (options.target === 'local' && !existsSync(join(options.dataFolder, 'version'))) return;
  try {
    await withStage(options, 'secret put', async (stage) => {
      await recordAudit(stage, { kind: 'secret-put', partner, flow: undefined, reason, on });
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    options.output.note(`The secret is stored, but this is not in the audit log: ${why}`);
  }
}

function openStore({ target, secretsFile: file }: CommonOptions): SecretStore {
  if (target === 'aws') return secretsManager();
  if (file !== undefined) return secretsFile(file);
  throw new CommandError(
    exitCodes.usage,
    'No place to store the secret: give --secrets FILE for the local stack, or --stage NAME for a deployed stage.',
  );
}

/**
 * `connection.secret` of the partner file: the deployed one, or for the local stack the one in the folder.
 */
async function findSecretName(partner: PartnerId, options: CommonOptions): Promise<string> {
  if (options.target === 'aws') {
    return (await (await findStage(options.stageName)).readPartner(partner)).connection.secret;
  }
  const { partners } = await readPartnersOption(options.partnersFolder);
  const found = partners.find((each) => each.partner === partner);
  if (found !== undefined) return found.connection.secret;
  const message = `There is no valid partner file for '${partner}' in ${options.partnersFolder}. 'validate' lists the errors.`;
  throw new CommandError(exitCodes.usage, message);
}

async function readNewSecret(
  { name, fromFile }: { readonly name: string; readonly fromFile: string | undefined },
  store: SecretStore,
): Promise<string> {
  if (fromFile === '-' || (fromFile === undefined && !process.stdin.isTTY)) return readText(process.stdin);
  if (fromFile === undefined) return promptForSecret(await store.get(name));
  return await readFile(fromFile, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new CommandError(exitCodes.usage, `Cannot read the file ${fromFile} (${why}).`, { cause });
  });
}

/** The current secret with a new user and password; a client certificate stays. */
async function promptForSecret(current: string | undefined): Promise<string> {
  // A secret that cannot be read is replaced by one that can.
  const before = parseJson(current ?? '{}', z.looseObject({})) ?? {};
  const knownUser = typeof before.user === 'string' ? before.user : undefined;
  using prompt = new Prompt();
  const typed = await prompt.ask(knownUser === undefined ? 'User: ' : `User [${knownUser}]: `);
  const user = typed === '' ? knownUser : typed;
  const password = await prompt.askHidden('Password (not shown): ');
  const repeated = await prompt.askHidden('Repeat the password: ');
  if (repeated === password) return JSON.stringify({ ...before, user, password });
  throw new CommandError(exitCodes.usage, 'The passwords do not match; nothing changed.');
}
