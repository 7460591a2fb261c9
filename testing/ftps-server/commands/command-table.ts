import type { Command } from '../connection/session.ts';
import * as changes from './changes.ts';
import * as directories from './directories.ts';
import * as facts from './facts.ts';
import * as hashes from './hashes.ts';
import * as listings from './list-directory.ts';
import * as login from './login.ts';
import * as passive from './passive.ts';
import * as retrieve from './retrieve.ts';
import * as settings from './settings.ts';
import * as store from './store.ts';

export interface CommandRow {
  readonly execute: Command;
  /** Allowed before the login. */
  readonly open: boolean;
  /** Whether it uses the data connection of EPSV or PASV. */
  readonly transfers: boolean;
  /** The part of the argument that is a path, for the `path` of fault rules. */
  readonly path: ((argument: string) => string) | undefined;
}

const open = (execute: Command) => row({ execute, open: true });
const plain = (execute: Command) => row({ execute });
const onPath = (execute: Command) => row({ execute, path: (argument) => argument });
const transfer = (execute: Command) => row({ execute, transfers: true, path: (argument) => argument });

function row(columns: Partial<CommandRow> & Pick<CommandRow, 'execute'>): CommandRow {
  return { open: false, transfers: false, path: undefined, ...columns };
}

/** Every command that the server supports. */
export const commandTable: ReadonlyMap<string, CommandRow> = new Map([
  ['AUTH', open(login.auth)],
  ['PBSZ', open(login.protectionBuffer)],
  ['PROT', open(login.protection)],
  ['USER', open(login.user)],
  ['PASS', open(login.password)],
  ['ACCT', open(login.account)],
  ['QUIT', open(login.quit)],
  ['FEAT', open(settings.features)],
  ['OPTS', open(settings.options)],
  ['SYST', open(settings.system)],
  ['NOOP', open(settings.noOperation)],
  ['HELP', open(settings.help)],
  ['TYPE', plain(settings.type)],
  ['STRU', plain(settings.structure)],
  ['MODE', plain(settings.mode)],
  ['PWD', plain(directories.printDirectory)],
  ['XPWD', plain(directories.printDirectory)],
  ['CWD', onPath(directories.changeDirectory)],
  ['CDUP', plain(directories.changeToParent)],
  ['MKD', onPath(directories.makeDirectory)],
  ['RMD', onPath(directories.removeDirectory)],
  ['EPSV', plain(passive.extendedPassive)],
  ['PASV', plain(passive.passive)],
  ['MLSD', transfer(listings.machineListing)],
  ['LIST', row({ execute: listings.list, transfers: true, path: listings.withoutOptions })],
  ['MLST', onPath(facts.machineFacts)],
  ['SIZE', onPath(facts.size)],
  ['MDTM', onPath(facts.modifiedTime)],
  ['MFMT', row({ execute: facts.modifyTime, path: (argument) => argument.replace(/^\S+ /, '') })],
  ['HASH', onPath(hashes.hash)],
  ['XSHA256', onPath(hashes.xsha256)],
  ['XSHA1', onPath(hashes.xsha1)],
  ['XMD5', onPath(hashes.xmd5)],
  ['XCRC', onPath(hashes.xcrc)],
  ['REST', plain(retrieve.restart)],
  ['RETR', transfer(retrieve.retrieve)],
  ['ABOR', plain(retrieve.abort)],
  ['STOR', transfer(store.store)],
  ['APPE', transfer(store.append)],
  ['DELE', onPath(changes.remove)],
  ['RNFR', onPath(changes.renameFrom)],
  ['RNTO', onPath(changes.renameTo)],
]);
