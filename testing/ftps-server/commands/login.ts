import { reply } from '../connection/reply.ts';
import type { Command, Session } from '../connection/session.ts';

/** AUTH TLS (RFC 4217, 4.1). Plain text that the client sends after it is dropped. */
export const auth: Command = (session, argument) => {
  if (session.isSecure()) return reply(503, 'TLS is already on.');
  if (!/^(TLS|TLS-C|SSL|TLS-P)$/i.test(argument))
    return reply(504, `Unknown security mechanism ${argument}.`);
  const { authTls } = session.server.settings.features;
  if (authTls !== 'known' && !/^SSL$/i.test(argument)) return reply(authTls, 'Use AUTH SSL.');
  session.send(reply(234, 'Proceed with the TLS handshake.'));
  session.startTls(session.fault?.kind === 'stall-handshake' ? 'stall' : 'proper');
  return undefined;
};

/** PBSZ (RFC 2228, 3), which precedes PROT, and is 0 for TLS. */
export const protectionBuffer: Command = (session) => {
  if (!session.isSecure()) return reply(503, 'PBSZ needs AUTH TLS first.');
  session.protectionBufferSet = true;
  return reply(200, 'PBSZ=0');
};

/** PROT (RFC 2228, 3): P for encrypted data connections, C for unencrypted ones. */
export const protection: Command = (session, argument) => {
  if (!session.protectionBufferSet) return reply(503, 'PROT needs PBSZ first.');
  const level = argument.toUpperCase();
  if (level === 'P') {
    session.protection = 'private';
    return reply(200, 'Data connections are encrypted.');
  }
  if (level !== 'C') return reply(536, `PROT ${argument} is not supported with TLS.`);
  if (!session.server.settings.features.clearData)
    return reply(534, 'Unencrypted data connections are not allowed.');
  session.protection = 'clear';
  return reply(200, 'Data connections are unencrypted.');
};

export const user: Command = (session, argument) => {
  if (!session.isSecure()) return reply(534, 'No login without TLS: send AUTH TLS first.');
  session.user = argument;
  session.loggedIn = false;
  if (needsAccount(session, 'after-user')) return reply(332, 'Send ACCT.');
  return reply(331, 'Send PASS.');
};

export const password: Command = (session, argument) => {
  if (!session.isSecure()) return reply(534, 'No login without TLS: send AUTH TLS first.');
  if (session.user === undefined) return reply(503, 'Send USER before PASS.');
  const { users, maxConnections, tooManyConnections } = session.server.settings;
  const isBeyondLimit = maxConnections !== undefined && session.server.openConnections() > maxConnections;
  if (isBeyondLimit && tooManyConnections === '530-at-login') {
    return reply(
      530,
      `Sorry, the maximum number of clients (${maxConnections}) for this user are already connected.`,
    );
  }
  const name = Buffer.from(session.user, 'latin1').toString();
  if (!Object.hasOwn(users, name) || users[name] !== Buffer.from(argument, 'latin1').toString()) {
    session.user = undefined;
    return reply(530, 'Login incorrect.');
  }
  if (needsAccount(session, 'after-password')) return reply(332, 'Send ACCT.');
  session.loggedIn = true;
  return reply(230, 'Logged in.');
};

/** ACCT (RFC 959, 4.1.1). After the password, it completes the login. */
export const account: Command = (session, argument) => {
  const expected = session.server.settings.account;
  if (expected === undefined) return reply(202, 'No account is needed.');
  if (argument !== expected.name) return reply(530, 'No such account.');
  session.hasAccount = true;
  if (expected.asked === 'after-user') return reply(331, 'Send PASS.');
  session.loggedIn = true;
  return reply(230, 'Logged in.');
};

/** Whether the account is still to be given, to a server that asks for it at this point. */
export function needsAccount(
  { hasAccount, server }: Pick<Session, 'hasAccount' | 'server'>,
  when: 'after-user' | 'after-password' | 'later',
): boolean {
  return server.settings.account?.asked === when && !hasAccount;
}

export const quit: Command = (session) => {
  session.send(reply(221, 'Goodbye.'));
  session.end();
  return undefined;
};
