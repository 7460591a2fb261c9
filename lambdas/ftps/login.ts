import type { Credentials } from '../contract/connection.ts';
import { type Capabilities, capabilitiesOf, wantedFacts } from './capabilities.ts';
import { classifyLoginReply, replyAnswer } from './classify.ts';
import type { Control } from './control.ts';
import { FtpsError, type FtpsErrorFacts } from './ftps-error.ts';
import type { NameCodec } from './name-codec.ts';
import { isPositive, type Reply } from './reply.ts';

/**
 * Logs in, protects the data connections and asks what the server can do.
 * @throws FtpsError `login-refused`, `too-many-connections`, `protection-refused`, or what the reply means.
 */
export async function login(
  control: Control,
  credentials: Credentials,
  codec: NameCodec,
): Promise<Capabilities> {
  await identify(control, credentials, codec);
  // RFC 4217, 8 and 9: without PROT P the files would travel in the clear.
  await expectProtection(control, 'PBSZ 0');
  await expectProtection(control, 'PROT P');
  const capabilities = capabilitiesOf(await control.request('FEAT'));
  // Some servers only accept UTF-8 names once it is switched on; the others refuse the command and mean the same.
  if (codec.utf8 && capabilities.utf8) await control.request('OPTS UTF8 ON');
  if (capabilities.silentFacts.length > 0) {
    await control.request(`OPTS MLST ${wantedFacts.map((fact) => `${fact};`).join('')}`);
  }
  await expectBinary(control);
  return capabilities;
}

async function identify(control: Control, credentials: Credentials, codec: NameCodec): Promise<void> {
  const user = commandText('user', credentials, { control, codec });
  const password = commandText('password', credentials, { control, codec });
  const answer = await control.request(`USER ${user}`);
  // 232: the client certificate was enough (RFC 2228, 5).
  if (isPositive(answer)) return;
  const final = answer.code === 331 ? await control.request(`PASS ${password}`) : answer;
  if (isPositive(final)) return;
  throw failure(control, final, { attempt: 'logging in to', kind: classifyLoginReply(final) });
}

/** A line break would start a second command, and a character outside the encoding would be a different password. */
function commandText(
  name: 'user' | 'password',
  credentials: Credentials,
  { control, codec }: { readonly control: Control; readonly codec: NameCodec },
): string {
  const bytes = codec.encode(credentials[name]);
  if (bytes !== undefined && !/[\r\n\0]/.test(bytes)) return bytes;
  throw new FtpsError({
    kind: 'login-refused',
    attempt: 'logging in to',
    target: control.target,
    answer: `the ${name} has a line break, a NUL or a character that connection.encoding does not have`,
  });
}

async function expectProtection(control: Control, command: string): Promise<void> {
  const reply = await control.request(command);
  if (!isPositive(reply))
    throw failure(control, reply, { attempt: `sending ${command} to`, kind: 'protection-refused' });
}

/** ASCII type would change line ends, and make SIZE count something else (RFC 3659, 4). */
async function expectBinary(control: Control): Promise<void> {
  const reply = await control.request('TYPE I');
  if (!isPositive(reply))
    throw failure(control, reply, { attempt: 'sending TYPE I to', kind: 'not-supported' });
}

function failure(control: Control, reply: Reply, facts: Pick<FtpsErrorFacts, 'attempt' | 'kind'>): FtpsError {
  return new FtpsError({
    ...facts,
    target: control.target,
    answer: replyAnswer(reply),
    replyCode: reply.code,
  });
}
