import { reply } from '../connection/reply.ts';
import type { Command } from '../connection/session.ts';
import { resolvePath } from '../tree/tree-path.ts';
import { orRefuse } from './refusal.ts';

/** A quote within a quoted path is doubled (RFC 959, appendix II). */
const quoted = (path: string) => `"${path.replaceAll('"', '""')}"`;

export const printDirectory: Command = ({ directory }) =>
  reply(257, `${quoted(directory)} is the current directory.`);

export const changeDirectory: Command = (session, argument) =>
  orRefuse(async () => {
    const path = resolvePath(session.directory, argument);
    const entry = await session.server.tree.find(path);
    if (entry.kind !== 'directory') return reply(550, 'Not a directory.');
    session.directory = path;
    return reply(250, `Directory is ${quoted(path)}.`);
  });

export const changeToParent: Command = (session) => changeDirectory(session, '..');

export const makeDirectory: Command = (session, argument) =>
  orRefuse(async () => {
    const path = resolvePath(session.directory, argument);
    await session.server.tree.makeDirectory(path);
    return reply(257, `${quoted(path)} was created.`);
  });

export const removeDirectory: Command = (session, argument) =>
  orRefuse(async () => {
    await session.server.tree.removeDirectory(resolvePath(session.directory, argument));
    return reply(250, 'Directory removed.');
  });
