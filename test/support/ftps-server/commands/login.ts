import { reply } from '../reply.ts';
import type { Command } from '../session.ts';

/** AUTH TLS (RFC 4217, 4.1). Whatever the client sent behind it in clear text is thrown away. */
export const auth: Command = (session, argument) => {
  if (session.isSecure()) return reply(503, 'TLS is on already.');
  if (!/^(TLS|TLS-C|SSL|TLS-P)$/i.test(argument))
    return reply(504, `No security mechanism ${argument} here.`);
  session.send(reply(234, 'Proceed with the TLS handshake.'));
  session.startTls(session.fault?.kind === 'stall-handshake' ? 'stall' : 'proper');
  return undefined;
};

/** PBSZ (RFC 2228, 3): must come before PROT, and is 0 for TLS. */
export const protectionBuffer: Command = (session) => {
  if (!session.isSecure()) return reply(503, 'PBSZ needs AUTH TLS first.');
  session.protectionBufferSet = true;
  return reply(200, 'PBSZ=0');
};

/** PROT (RFC 2228, 3): P is a private data connection, C a clear one. */
export const protection: Command = (session, argument) => {
  if (!session.protectionBufferSet) return reply(503, 'PROT needs PBSZ first.');
  const level = argument.toUpperCase();
  if (level === 'P') {
    session.protection = 'private';
    return reply(200, 'Data connections are private now.');
  }
  if (level !== 'C') return reply(536, `PROT ${argument} makes no sense with TLS.`);
  if (!session.server.settings.features.clearData)
    return reply(534, 'Clear data connections are not allowed.');
  session.protection = 'clear';
  return reply(200, 'Data connections are clear now.');
};

export const user: Command = (session, argument) => {
  if (!session.isSecure()) return reply(534, 'No login in clear text: send AUTH TLS first.');
  session.user = argument;
  session.loggedIn = false;
  return reply(331, 'Password, please.');
};

export const password: Command = (session, argument) => {
  if (!session.isSecure()) return reply(534, 'No login in clear text: send AUTH TLS first.');
  if (session.user === undefined) return reply(503, 'USER comes before PASS.');
  const { users, maxConnections, tooManyConnections } = session.server.settings;
  const isOneTooMany = maxConnections !== undefined && session.server.openConnections() > maxConnections;
  if (isOneTooMany && tooManyConnections === '530-at-login') {
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
  session.loggedIn = true;
  return reply(230, 'Logged in.');
};

export const quit: Command = (session) => {
  session.send(reply(221, 'Goodbye.'));
  session.end();
  return undefined;
};
