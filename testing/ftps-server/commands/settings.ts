import { reply } from '../connection/reply.ts';
import type { Command, Session } from '../connection/session.ts';
import { hashFeatures, selectHash } from './hashes.ts';

/** FEAT (RFC 2389, 3). */
export const features: Command = (session) => {
  const { server } = session;
  const { feat, mlsd, epsv, utf8, size, mdtm, restart } = server.settings.features;
  if (!feat) return reply(502, 'FEAT is not implemented.');
  const facts = offeredFacts(session);
  const lines = [
    'AUTH TLS',
    'PBSZ',
    'PROT',
    epsv ? 'EPSV' : undefined,
    ...hashFeatures(session),
    mdtm ? 'MDTM' : undefined,
    mdtm ? 'MFMT' : undefined,
    mlsd ? `MLST ${facts.map((fact) => `${fact}*;`).join('')}` : undefined,
    restart ? 'REST STREAM' : undefined,
    size ? 'SIZE' : undefined,
    'TVFS',
    utf8 ? 'UTF8' : undefined,
  ];
  return reply(211, ['Features:', ...lines.filter((line) => line !== undefined), 'End']);
};

/** OPTS (RFC 2389, 4). The facts of MLST are all enabled and cannot be changed; the reply says so. */
export const options: Command = (session, argument) => {
  const { server } = session;
  const { utf8, mlsd } = server.settings.features;
  if (utf8 && /^UTF-?8( ON)?$/i.test(argument)) return reply(200, 'UTF8 is on.');
  if (mlsd && /^MLST\b/i.test(argument)) {
    return reply(
      200,
      `MLST OPTS ${offeredFacts(session)
        .map((fact) => `${fact};`)
        .join('')}`,
    );
  }
  if (/^HASH\b/i.test(argument)) return selectHash(session, argument.slice('HASH '.length));
  return reply(501, `No such option: ${argument}`);
};

function offeredFacts({ server }: Session): string[] {
  const { uniqueFact, factsLeftOut } = server.settings.features;
  const facts = ['type', 'size', 'modify', 'perm', ...(uniqueFact ? ['unique'] : [])];
  return facts.filter((fact) => !factsLeftOut.some((left) => left === fact));
}

export const system: Command = () => reply(215, 'UNIX Type: L8');

/** TYPE. ASCII is accepted without an effect: every file is sent unchanged. */
export const type: Command = (session, argument) => {
  if (!/^(I|A|A N|L 8)$/i.test(argument)) return reply(504, `No type ${argument}.`);
  session.type = /^A/i.test(argument) ? 'ascii' : 'image';
  return reply(200, `Type is ${argument}.`);
};

export const structure: Command = (_session, argument) =>
  argument.toUpperCase() === 'F' ? reply(200, 'Structure is file.') : reply(504, 'Only STRU F.');

export const mode: Command = (_session, argument) =>
  argument.toUpperCase() === 'S' ? reply(200, 'Mode is stream.') : reply(504, 'Only MODE S.');

export const noOperation: Command = () => reply(200, 'OK.');

export const help: Command = () => reply(214, 'See RFC 959, 2228, 2389, 2428, 3659 and 4217.');
