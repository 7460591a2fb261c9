import type { Credentials } from '../../contract/partner-file/connection.ts';
import { classifyLoginReply, classifyReply, replyAnswer } from '../control/classify-error.ts';
import type { Control } from '../control/control.ts';
import { isPositive, type Reply } from '../control/reply.ts';
import { FtpsError, type FtpsErrorFacts } from '../ftps-error.ts';
import { type Capabilities, parseCapabilities, wantedFacts } from './capabilities.ts';
import type { NameCodec } from './name-codec.ts';

/**
 * Logs in, sets up encrypted data connections and binary transfers, and asks what the server can do.
 * @throws FtpsError `login-refused`, `account-required`, `too-many-connections`, `protection-refused`,
 * `not-supported` where the server refuses TYPE I, or the kind of the reply.
 */
export async function login(
  control: Control,
  credentials: Credentials,
  codec: NameCodec,
): Promise<Capabilities> {
  await identify(control, credentials, codec);
  // RFC 4217, 9: without PROT P, files would travel unencrypted.
  await expectProtection(control, 'PBSZ 0');
  await expectProtection(control, 'PROT P');
  const capabilities = parseCapabilities(await control.request('FEAT'));
  // Some servers accept UTF-8 names only after this command. The reply does not matter: a server that refuses
  // the command has offered UTF-8 in FEAT (RFC 2640, 3.2).
  if (codec.utf8 && capabilities.utf8) await control.request('OPTS UTF8 ON');
  if (capabilities.disabledFacts.length > 0) {
    await control.request(`OPTS MLST ${wantedFacts.map((fact) => `${fact};`).join('')}`);
  }
  await expectBinary(control);
  return capabilities;
}

async function identify(control: Control, credentials: Credentials, codec: NameCodec): Promise<void> {
  const encode = (name: CredentialName) => encodeCredential(name, credentials, { control, codec });
  const user = encode('user');
  const password = encode('password');
  const account = credentials.account === undefined ? undefined : encode('account');
  const answer = await control.request(`USER ${user}`);
  const final = answer.code === 331 ? await control.request(`PASS ${password}`) : answer;
  if (account !== undefined && (isPositive(final) || final.code === 332)) {
    return await sendAccount(control, { account, password, before: final });
  }
  // 232: the client certificate is sufficient (RFC 2228, 5).
  if (isPositive(final)) return;
  throw replyError(control, final, { attempt: 'logging in to', kind: classifyLoginReply(final) });
}

/**
 * Sends the account of the secret also where the login did not ask for it: a server may ask only at a later
 * command, such as STOR (RFC 959, 4.1.1), where a transfer would have to begin again. One that asks for none
 * may say so (202, 502, 503).
 */
async function sendAccount(
  control: Control,
  {
    account,
    password,
    before,
  }: { readonly account: string; readonly password: string; readonly before: Reply },
): Promise<void> {
  const answer = await control.request(`ACCT ${account}`);
  // A server that asks for the account after USER may ask for the password after it.
  const reply = answer.code === 331 ? await control.request(`PASS ${password}`) : answer;
  if (isPositive(reply)) return;
  if (before.code !== 332 && (reply.code < 530 || reply.code > 532)) return;
  const kind = classifyLoginReply(reply);
  throw replyError(control, reply, {
    attempt: 'giving the account (ACCT) to',
    kind: kind === 'login-refused' && answer.code !== 331 ? 'account-required' : kind,
  });
}

type CredentialName = 'user' | 'password' | 'account';

/**
 * The user, password or account as bytes for a command. A line break would start a second command, and a
 * character that the encoding replaces would be another password.
 */
function encodeCredential(
  name: CredentialName,
  credentials: Credentials,
  { control, codec }: { readonly control: Control; readonly codec: NameCodec },
): string {
  const bytes = codec.encode(credentials[name] ?? '');
  if (bytes !== undefined && !/[\r\n\0]/.test(bytes)) return bytes;
  throw new FtpsError({
    kind: name === 'account' ? 'account-required' : 'login-refused',
    attempt: 'logging in to',
    target: control.target,
    answer: `the ${name} contains a line break, a NUL or a character that connection.encoding cannot encode`,
  });
}

async function expectProtection(control: Control, command: string): Promise<void> {
  const reply = await control.request(command);
  if (!isPositive(reply))
    throw replyError(control, reply, { attempt: `sending ${command} to`, kind: 'protection-refused' });
}

/** TYPE A would change line ends, and make SIZE count other bytes (RFC 3659, 4). */
async function expectBinary(control: Control): Promise<void> {
  const reply = await control.request('TYPE I');
  if (!isPositive(reply))
    throw replyError(control, reply, { attempt: 'sending TYPE I to', kind: 'not-supported' });
}

function replyError(
  control: Control,
  reply: Reply,
  facts: Pick<FtpsErrorFacts, 'attempt' | 'kind'>,
): FtpsError {
  // 332 may come at any command (RFC 959, 5.4).
  const wantsAccount = classifyReply(reply) === 'account-required';
  return new FtpsError({
    ...facts,
    ...(wantsAccount ? { kind: 'account-required' } : {}),
    target: control.target,
    answer: replyAnswer(reply),
    replyCode: reply.code,
  });
}
