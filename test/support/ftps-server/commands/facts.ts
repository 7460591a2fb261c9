import { factsLine, parseTimeValue, timeValue } from '../listing-format.ts';
import { type Reply, reply } from '../reply.ts';
import type { Command, Session } from '../session.ts';
import { TreeError, type TreeFile } from '../tree.ts';
import { resolvePath } from '../tree-path.ts';
import { orRefusal } from './refusal.ts';

/** SIZE (RFC 3659, 4). */
export const size: Command = (session, argument) => {
  if (!session.server.settings.features.size) return reply(500, 'SIZE not understood.');
  return ofFile(session, argument, (file) => reply(213, String(file.sizeBytes)));
};

/** MDTM (RFC 3659, 3): UTC. */
export const modifiedTime: Command = (session, argument) => {
  if (!session.server.settings.features.mdtm) return reply(500, 'MDTM not understood.');
  return ofFile(session, argument, (file) => reply(213, timeValue(file.modified)));
};

/** MFMT `time path` sets the modified time (draft-somers-ftp-mfxx, 3). */
export const modifyTime: Command = (session, argument) => {
  if (!session.server.settings.features.mdtm) return reply(500, 'MFMT not understood.');
  const [, time = '', path = ''] = /^(\S+) (.+)$/s.exec(argument) ?? [];
  const modified = parseTimeValue(time);
  if (modified === undefined || path === '') return reply(501, 'MFMT YYYYMMDDHHMMSS path');
  return orRefusal(async () => {
    await session.server.tree.setModified(resolvePath(session.directory, path), modified);
    return reply(213, `Modify=${timeValue(modified)}; ${path}`);
  });
};

/** MLST (RFC 3659, 7): the facts of one path, on the control connection. */
export const machineFacts: Command = (session, argument) => {
  const { mlsd, uniqueFact } = session.server.settings.features;
  if (!mlsd) return reply(500, 'MLST not understood.');
  return orRefusal(async () => {
    const path = resolvePath(session.directory, argument);
    const entry = await session.server.tree.find(path);
    return reply(250, ['Facts:', factsLine({ name: path, entry }, { uniqueFact }), 'End']);
  });
};

function ofFile(
  session: Session,
  argument: string,
  answer: (file: TreeFile) => Reply,
): Promise<Reply | undefined> {
  return orRefusal(async () => {
    const path = resolvePath(session.directory, argument);
    const entry = await session.server.tree.find(path);
    if (entry.kind !== 'file') throw new TreeError('not-a-file', path);
    return answer(entry);
  });
}
