import type { ModifiedTime } from '../../core/listing/remote-file.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { isPositive, isUnknownCommand, type Reply } from '../control/reply.ts';
import { requestAll } from './commands.ts';
import { type Session, wirePath } from './session.ts';

/**
 * The number in the reply to SIZE (RFC 3659, 4); undefined where it is negative or, from ftp-srv, lacks one.
 */
export function parseSizeReply(reply: Reply): number | undefined {
  const digits = isPositive(reply) ? /^213 {1,16}(\d{1,15})(?!\d)/.exec(reply.bytes)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Whether a reply to SIZE without a size tells nothing of the file: the server does not support SIZE, or it
 * is ftp-srv, whose `213` for an empty file has no number.
 */
export function isInconclusiveSize(reply: Reply): boolean {
  return isPositive(reply) || isUnknownCommand(reply);
}

/**
 * Whether a reply to SIZE refuses to say anything of the file, so that it may be there or not. 550 means that
 * there is no such file, unless its text says otherwise: `550 Permission denied` (vsftpd), `550 Not enough
 * privileges` (pyftpdlib), `550 Can't check for file existence`.
 */
export function refusesToTell(reply: Reply): boolean {
  if (reply.code !== 550) return reply.code >= 500;
  return !/no such|not found|exist(?!ence)|cannot find/i.test(reply.bytes) && deniedText.test(reply.bytes);
}

const deniedText = /denied|privilege|permi(ssion|tted)|not allowed|forbidden|authori[sz]|can.?t check/i;

/** The time in the reply to MDTM (RFC 3659, 3); undefined where the reply is negative or not a time. */
export function parseModifiedTimeReply(reply: Reply): ModifiedTime | undefined {
  const raw = isPositive(reply) ? /^213 {1,16}(\S+)/.exec(reply.bytes)?.[1] : undefined;
  return raw === undefined ? undefined : parseTimeValue(raw);
}

/** MDTM for each path, in their order; undefined where the server does not tell. @throws FtpsError. */
export async function requestModifiedTimes(
  session: Session,
  paths: readonly RemotePath[],
): Promise<readonly (ModifiedTime | undefined)[]> {
  const replies = await requestAll(
    session,
    paths.map((path) => `MDTM ${wirePath(session, path)}`),
  );
  return replies.map(parseModifiedTimeReply);
}

/**
 * Parses a `time-val` of MDTM and MLSD, which is UTC (RFC 3659, 2.3). Undefined where it is not a time in the
 * calendar, or has more than 15 digits of a second: the text is stored with the object.
 *
 * @example parseTimeValue('20261120021500.123') // { raw: '20261120021500.123', wallClock:
 * '2026-11-20T02:15:00', ... }
 */
export function parseTimeValue(raw: string): ModifiedTime | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d{1,15})?$/.exec(raw);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const wallClock = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  if (!isCalendarTime(wallClock)) return undefined;
  return { raw, wallClock, precision: 'second', clock: 'utc' };
}

/** Whether `YYYY-MM-DDTHH:MM:SS` exists in the calendar: February 30 does not become March 2. */
export function isCalendarTime(wallClock: string): boolean {
  const instantMs = Date.parse(`${wallClock}Z`);
  return !Number.isNaN(instantMs) && new Date(instantMs).toISOString().startsWith(wallClock);
}
