import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import type { PartnerId } from '../../lambdas/contract/ids.ts';
import { credentialsIn } from '../../lambdas/partners/read-credentials.ts';
import { CommandFault, type ExitCode, exitCodes } from '../exit-code.ts';
import type { CommonOptions } from '../options.ts';
import { partnerFilesIn } from '../partner-files-in.ts';
import { Prompt } from '../prompt.ts';
import { type SecretStore, secretsFile, secretsManager } from '../secret-stores.ts';
import { findStage } from '../stage.ts';

export interface SecretRequest {
  readonly partner: PartnerId;
  /** A file with the secret's JSON, `-` for stdin; undefined: a person is asked, or stdin is read where nobody is there. */
  readonly fromFile: string | undefined;
}

/**
 * `secret put PARTNER`: gives the partner's secret another version. It is typed in unseen, or comes from a file or stdin; never from
 * the command line, which every user of the machine can read and the shell remembers.
 */
export async function secretPut(
  { partner, fromFile }: SecretRequest,
  options: CommonOptions,
): Promise<ExitCode> {
  const store = storeOf(options);
  const name = await secretOf(partner, options);
  const text = await newText({ name, fromFile }, store);
  // What could not log in is refused before it replaces what can.
  credentialsIn(text, name);
  await store.put(name, text);
  options.output.json({ partner, secret: name, written: true });
  options.output.text(
    `The secret '${name}' in ${store.place} has another version. Functions take it up with their next refused login, ` +
      'and within five minutes at the latest. It closes a circuit that refused logins have opened.\n',
  );
  return exitCodes.done;
}

function storeOf({ target, secretsFile: file }: CommonOptions): SecretStore {
  if (target === 'aws') return secretsManager();
  if (file !== undefined) return secretsFile(file);
  throw new CommandFault(
    exitCodes.usage,
    'Which file? --secrets FILE names the local secrets; --stage NAME is for the secrets of a deployed stage.',
  );
}

/** What the partner's file calls its secret: the deployed one, or the one in the folder. */
async function secretOf(partner: PartnerId, options: CommonOptions): Promise<string> {
  if (options.target === 'aws') {
    return (await (await findStage(options.stageName)).readPartner(partner)).connection.secret;
  }
  const { partners } = await partnerFilesIn(options.partnersFolder);
  const found = partners.find((each) => each.partner === partner);
  if (found !== undefined) return found.connection.secret;
  const message = `There is no partner '${partner}' without faults in ${options.partnersFolder}: 'validate' shows them.`;
  throw new CommandFault(exitCodes.usage, message);
}

async function newText(
  { name, fromFile }: { readonly name: string; readonly fromFile: string | undefined },
  store: SecretStore,
): Promise<string> {
  if (fromFile === '-' || (fromFile === undefined && !process.stdin.isTTY)) return textOf(process.stdin);
  if (fromFile === undefined) return typedIn(await store.get(name));
  return await readFile(fromFile, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new CommandFault(exitCodes.usage, `The file ${fromFile} cannot be read (${why}).`, { cause });
  });
}

/** The present secret with another user and password: a client certificate stays as it is. */
async function typedIn(present: string | undefined): Promise<string> {
  const before = objectIn(present ?? '{}');
  const known = typeof before.user === 'string' ? before.user : undefined;
  using prompt = new Prompt();
  const typed = await prompt.ask(known === undefined ? 'User: ' : `User [${known}]: `);
  const user = typed === '' ? known : typed;
  const password = await prompt.askHidden('Password (it is not shown): ');
  const again = await prompt.askHidden('The same again: ');
  if (again === password) return JSON.stringify({ ...before, user, password });
  throw new CommandFault(exitCodes.usage, 'These were two different passwords: nothing was changed.');
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // It is replaced by one that can be read; the parser's message would quote it.
    return {};
  }
}
