import type { Connection } from '../../../lambdas/contract/partner-file/connection.ts';
import type { Control } from '../../../lambdas/ftps/control/control.ts';
import type { Reply } from '../../../lambdas/ftps/control/reply.ts';
import { FtpsError } from '../../../lambdas/ftps/ftps-error.ts';
import { parseCapabilities } from '../../../lambdas/ftps/session/capabilities.ts';
import { learnedBehaviour } from '../../../lambdas/ftps/session/learned-behaviour.ts';
import { nameCodec } from '../../../lambdas/ftps/session/name-codec.ts';
import type { Session } from '../../../lambdas/ftps/session/session.ts';
import { defaultTimeouts } from '../../../lambdas/ftps/session/timeouts.ts';
import { type Process, theWorld } from '../machine/world.ts';
import type { Inode, ModelPartner } from './partner.ts';
import { timeValue } from './zones.ts';

/** Told of what the product does to the files of the partner, before it takes effect. */
export interface FtpObserver {
  readonly removes: (path: string, inode: Inode, by: ModelControl) => void;
  readonly renames: (
    from: string,
    to: string,
    inode: Inode,
    over: Inode | undefined,
    by: ModelControl,
  ) => void;
  readonly stores: (path: string, over: Inode | undefined) => void;
  /** After a piece was written to a file that has a name. */
  readonly writes?: (path: string, inode: Inode) => void;
  readonly opens: (open: number) => void;
}

/** Refused logins of a history: after more of them the circuit stays open for longer than a history takes. */
const maxRefusedLogins = 3;

/** The model server: what its sessions share. */
export class ModelFtpServer {
  readonly partner: ModelPartner;
  readonly sessions = new Set<ModelControl>();
  readonly observe: FtpObserver;
  refusedLogins = 0;

  constructor(partner: ModelPartner, observe: FtpObserver) {
    this.partner = partner;
    this.observe = observe;
  }

  /** A process has died: the server notices that its connections are gone. */
  forget(process: Process): void {
    for (const session of this.sessions) if (session.process === process) this.sessions.delete(session);
  }
}

let server: ModelFtpServer | undefined;

export function useServer(given: ModelFtpServer): void {
  server = given;
}

function theServer(): ModelFtpServer {
  if (server === undefined) throw new Error('no history runs');
  return server;
}

/** In place of `openSession`: connects to the model server. */
export async function openSession(settings: Connection): Promise<Session> {
  const { partner, sessions, observe } = theServer();
  const connect = () => {
    const opened = new ModelControl(theWorld().currentProcess);
    sessions.add(opened);
    observe.opens(sessions.size);
    return opened;
  };
  const control = await theWorld().request({
    label: 'ftp connect',
    apply: connect,
    lost: () => lostError('connecting to'),
    refused: () => (theServer().refusedLogins < maxRefusedLogins ? refuseLogin() : connect()),
    isRepeated: false,
    effect: 'read',
  });
  const codec = nameCodec('auto');
  if (codec === undefined) throw new Error('there is no codec');
  const close = async () => {
    if (control.lost === undefined) await control.request('QUIT').catch(() => undefined);
    sessions.delete(control);
  };
  return {
    control: control as unknown as Control,
    capabilities: parseCapabilities(reply(211, `211-Features:\n${features(partner)}211 End`)),
    codec,
    timeouts: defaultTimeouts,
    behaviour: learnedBehaviour(settings),
    listing: settings.listing,
    ticket: undefined as unknown as Session['ticket'],
    get lost() {
      return control.lost !== undefined;
    },
    close,
  };
}

function refuseLogin(): never {
  theServer().refusedLogins += 1;
  throw new FtpsError({
    kind: 'login-refused',
    attempt: 'logging in to',
    target: 'partner.example:21',
    answer: 'the server answered 530 Login incorrect.',
    replyCode: 530,
  });
}

function features({ server: { mlsd, mdtm, size, unique } }: ModelPartner): string {
  const facts = `type*;size*;modify*;${unique ? 'unique*;' : ''}`;
  return [mlsd ? ` MLST ${facts}\n` : '', mdtm ? ' MDTM\n' : '', size ? ' SIZE\n' : '', ' UTF8\n'].join('');
}

/** An upload that a session has begun. */
interface Writing {
  readonly inode: Inode;
  offset: number;
}

/** One control connection, in place of the product's `Control`. */
export class ModelControl {
  readonly target = 'partner.example:21';
  readonly process: Process;
  readonly transcript = { clear: () => undefined, lines: () => [], record: () => undefined };
  lost: FtpsError | undefined;
  #renameFrom: string | undefined;
  #directory = '/';

  constructor(process: Process) {
    this.process = process;
  }

  async pipeline(commands: readonly string[]): Promise<readonly Reply[]> {
    const replies: Reply[] = [];
    for (const command of commands) replies.push(await this.request(command));
    return replies;
  }

  request(command: string): Promise<Reply> {
    const [verb = '', ...rest] = command.split(' ');
    return this.ask(verb, rest.join(' '), () => this.#answer(verb, rest.join(' ')));
  }

  drop(error: FtpsError): void {
    this.lost ??= error;
    theServer().sessions.delete(this);
  }

  /** Our side ends the session, in the middle of a transfer. */
  stop(why: string): void {
    this.drop(
      new FtpsError({ kind: 'connection-lost', attempt: 'talking to', target: this.target, answer: why }),
    );
  }

  /** One exchange with the server, which may fail in all ways of a network. */
  async ask<T>(verb: string, argument: string, apply: () => T): Promise<T> {
    if (this.lost !== undefined) throw this.lost;
    return theWorld().request<T>({
      label: `ftp ${verb}${argument === '' ? '' : ` ${nameKind(argument)}`}`,
      apply: () => {
        if (this.lost !== undefined) throw this.lost;
        return apply();
      },
      lost: () => {
        const error = lostError('talking to');
        this.drop(error);
        return error;
      },
      refused: refusable.has(verb) ? (code) => reply(code, `${code} Not now.`) as T : undefined,
      isRepeated: false,
      effect: writing.has(verb) ? 'write' : 'read',
    });
  }

  list(command: 'LIST' | 'MLSD'): string {
    return theServer().partner.listing(command, this.#directory, this);
  }

  find(path: string): Inode | undefined {
    return theServer().partner.files.get(path);
  }

  /** STOR: the file is truncated where there is one, and another writer that has it open goes on writing. */
  store(path: string): Writing {
    const { partner, observe } = theServer();
    const over = partner.files.get(path);
    observe.stores(path, over);
    const inode = over ?? partner.create(path, 'us');
    inode.bytes = Buffer.alloc(0);
    inode.modifiedMs = theWorld().nowMs;
    inode.writtenMs = theWorld().nowMs;
    return { inode, offset: 0 };
  }

  write(into: Writing, chunk: Buffer): void {
    theServer().partner.write(into.inode, into.offset, chunk);
    into.offset += chunk.length;
    const { partner, observe } = theServer();
    for (const [path, inode] of partner.files) if (inode === into.inode) observe.writes?.(path, inode);
  }

  #answer(verb: string, path: string): Reply {
    const { partner, observe } = theServer();
    const { files, directories, server: offers } = partner;
    const inode = files.get(path);
    const missing = reply(550, '550 No such file.');
    if ((verb === 'SIZE' && offers.size) || (verb === 'MDTM' && offers.mdtm)) partner.noteLook(path, this);
    switch (verb) {
      case 'NOOP':
        return reply(200, '200 OK');
      case 'QUIT':
        return reply(221, '221 Goodbye.');
      case 'CWD':
        if (!directories.has(path)) return reply(550, '550 No such directory.');
        this.#directory = path;
        return reply(250, '250 OK');
      case 'MKD':
        directories.add(path);
        return reply(257, `257 "${path}" created`);
      case 'SIZE':
        if (!offers.size) return reply(500, '500 Unknown command.');
        return inode === undefined ? missing : reply(213, `213 ${inode.bytes.length}`);
      case 'MDTM':
        if (!offers.mdtm) return reply(500, '500 Unknown command.');
        return inode === undefined ? missing : reply(213, `213 ${timeValue(inode.modifiedMs)}`);
      case 'MLST':
        if (!offers.mlsd) return reply(500, '500 Unknown command.');
        if (inode === undefined) return missing;
        return reply(250, `250-Listing\n ${partner.mlstLine(path, inode, this)}\n250 End`);
      case 'DELE':
        if (inode === undefined) return missing;
        observe.removes(path, inode, this);
        files.delete(path);
        return reply(250, '250 Deleted.');
      case 'RNFR':
        if (inode === undefined) return missing;
        this.#renameFrom = path;
        return reply(350, '350 Ready.');
      case 'RNTO':
        return this.#rename(path);
      default:
        return reply(502, '502 Not implemented.');
    }
  }

  #rename(to: string): Reply {
    const { partner, observe } = theServer();
    const from = this.#renameFrom ?? '';
    this.#renameFrom = undefined;
    const inode = partner.files.get(from);
    if (inode === undefined) return reply(550, '550 No such file.');
    const over = partner.files.get(to);
    if (over !== undefined && !partner.server.renamesOver) return reply(550, '550 File exists.');
    observe.renames(from, to, inode, over, this);
    partner.files.delete(from);
    partner.files.set(to, inode);
    return reply(250, '250 Renamed.');
  }
}

const refusable = new Set(['RNTO', 'RNFR', 'STOR', 'DELE', 'RETR']);
const writing = new Set(['RNTO', 'STOR', 'DELE', 'MKD', 'STOR-data', 'STOR-end']);

export function reply(code: number, text: string): Reply {
  return { code, bytes: text, shown: text };
}

function lostError(attempt: string): FtpsError {
  return new FtpsError({
    kind: 'connection-lost',
    attempt,
    target: 'partner.example:21',
    answer: 'the connection was reset',
  });
}

/** Names of one kind are counted together. */
function nameKind(argument: string): string {
  if (argument.endsWith('.part')) return 'staging';
  return argument.slice(argument.lastIndexOf('/') + 1).replace(/\.[0-9a-f]{16}/, '');
}
