import { reply } from '../reply.ts';
import type { Command } from '../session.ts';
import { chooseHash, hashFeatures } from './hashes.ts';

/** FEAT (RFC 2389, 3). */
export const features: Command = (session) => {
  const { server } = session;
  const { feat, mlsd, uniqueFact, epsv, utf8, size, mdtm, restart } = server.settings.features;
  if (!feat) return reply(502, 'FEAT is not implemented.');
  const lines = [
    'AUTH TLS',
    'PBSZ',
    'PROT',
    epsv ? 'EPSV' : undefined,
    ...hashFeatures(session),
    mdtm ? 'MDTM' : undefined,
    mdtm ? 'MFMT' : undefined,
    mlsd ? `MLST type*;size*;modify*;perm*;${uniqueFact ? 'unique*;' : ''}` : undefined,
    restart ? 'REST STREAM' : undefined,
    size ? 'SIZE' : undefined,
    'TVFS',
    utf8 ? 'UTF8' : undefined,
  ];
  return reply(211, ['Features:', ...lines.filter((line) => line !== undefined), 'End']);
};

/** OPTS (RFC 2389, 4). The facts of MLST cannot be chosen: all that there are stay on, and the reply says so. */
export const options: Command = (session, argument) => {
  const { server } = session;
  const { utf8, mlsd, uniqueFact } = server.settings.features;
  if (utf8 && /^UTF-?8( ON)?$/i.test(argument)) return reply(200, 'UTF8 is on.');
  if (mlsd && /^MLST\b/i.test(argument)) {
    return reply(200, `MLST OPTS type;size;modify;perm;${uniqueFact ? 'unique;' : ''}`);
  }
  if (/^HASH\b/i.test(argument)) return chooseHash(session, argument.slice('HASH '.length));
  return reply(501, `No such option: ${argument}`);
};

export const system: Command = () => reply(215, 'UNIX Type: L8');

/** TYPE: every file is sent as it is, so that ASCII is accepted and changes nothing. */
export const type: Command = (_session, argument) =>
  /^(I|A|A N|L 8)$/i.test(argument) ? reply(200, `Type is ${argument}.`) : reply(504, `No type ${argument}.`);

export const structure: Command = (_session, argument) =>
  argument.toUpperCase() === 'F' ? reply(200, 'Structure is file.') : reply(504, 'Only STRU F.');

export const mode: Command = (_session, argument) =>
  argument.toUpperCase() === 'S' ? reply(200, 'Mode is stream.') : reply(504, 'Only MODE S.');

export const noOperation: Command = () => reply(200, 'Here.');

export const help: Command = () => reply(214, 'See RFC 959, 2228, 2389, 2428, 3659 and 4217.');
