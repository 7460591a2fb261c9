import { type Reply, reply } from '../connection/reply.ts';
import type { Command, Session } from '../connection/session.ts';
import {
  factsLine,
  factsOffsetMinutes,
  factsStyle,
  parseTimeValue,
  timeValue,
} from '../listing/listing-format.ts';
import { TreeError, type TreeFile } from '../tree/file-tree.ts';
import { resolvePath } from '../tree/tree-path.ts';
import { orRefuse } from './refusal.ts';

/** SIZE (RFC 3659, 4). */
export const size: Command = (session, argument) => {
  if (!session.server.settings.features.size) return reply(500, 'SIZE not understood.');
  return onFile(session, argument, (file) => reply(213, String(file.sizeBytes)));
};

/** MDTM (RFC 3659, 3). */
export const modifiedTime: Command = (session, argument) => {
  if (!session.server.settings.features.mdtm) return reply(500, 'MDTM not understood.');
  const offset = factsOffsetMinutes(session.server.settings.features);
  return onFile(session, argument, (file) => reply(213, timeValue(file.modified, offset)));
};

/** MFMT `time path` sets the modified time (draft-somers-ftp-mfxx, 3). */
export const modifyTime: Command = (session, argument) => {
  if (!session.server.settings.features.mdtm) return reply(500, 'MFMT not understood.');
  const [, time = '', path = ''] = /^(\S+) (.+)$/s.exec(argument) ?? [];
  const modified = parseTimeValue(time);
  if (modified === undefined || path === '') return reply(501, 'MFMT YYYYMMDDHHMMSS path');
  return orRefuse(async () => {
    await session.server.tree.setModified(resolvePath(session.directory, path), modified);
    return reply(213, `Modify=${timeValue(modified)}; ${path}`);
  });
};

/** MLST (RFC 3659, 7): the facts of one path, on the control connection. */
export const machineFacts: Command = (session, argument) => {
  const { features } = session.server.settings;
  if (!features.mlsd) return reply(500, 'MLST not understood.');
  return orRefuse(async () => {
    const path = resolvePath(session.directory, argument);
    const entry = await session.server.tree.find(path);
    return reply(250, ['Facts:', factsLine({ name: path, entry }, factsStyle(features)), 'End']);
  });
};

function onFile(
  session: Session,
  argument: string,
  answer: (file: TreeFile) => Reply,
): Promise<Reply | undefined> {
  return orRefuse(async () => {
    const path = resolvePath(session.directory, argument);
    const entry = await session.server.tree.find(path);
    if (entry.kind !== 'file') throw new TreeError('not-a-file', path);
    return answer(entry);
  });
}
