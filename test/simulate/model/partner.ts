import { theWorld } from '../machine/world.ts';
import type { Config } from '../scenario/config.ts';
import { listTime, timeValue } from './zones.ts';

/** The bytes under a name. A writer that has it open writes here, even after a rename. */
export interface Inode {
  readonly number: number;
  bytes: Buffer;
  modifiedMs: number;
  /** When its bytes last changed; `modifiedMs` may say otherwise. */
  writtenMs: number;
  /** When it got the name that it has. */
  namedMs: number;
  /** Undefined while its writer has not ended. */
  completedMs: number | undefined;
  /** Who wrote it. */
  readonly by: 'partner' | 'us' | 'others';
  /** What the server told of it until its time was changed without its bytes. */
  beforeTouch?: LastTold & { readonly untilMs: number };
}

/** What a server told of a file, and whether the time that it told was over. */
export interface LastTold {
  readonly facts: string;
  readonly isTimeOver: boolean;
}

/** The files of the partner. All names are absolute. */
export class ModelPartner {
  readonly files = new Map<string, Inode>();
  readonly directories = new Set(['/', '/in', '/out']);
  readonly server: Config['server'];
  /** When a session was last told something of a path. */
  readonly #looks = new WeakMap<object, Map<string, number>>();
  #made = 0;

  constructor(server: Config['server']) {
    this.server = server;
  }

  create(path: string, by: Inode['by']): Inode {
    this.#made += 1;
    const { nowMs } = theWorld();
    const inode: Inode = {
      number: this.#made,
      bytes: Buffer.alloc(0),
      modifiedMs: nowMs,
      writtenMs: nowMs,
      namedMs: nowMs,
      completedMs: undefined,
      by,
    };
    this.files.set(path, inode);
    return inode;
  }

  /** Changes the modified time alone. */
  touch(inode: Inode): void {
    const { nowMs } = theWorld();
    inode.beforeTouch = { facts: this.facts(inode), isTimeOver: this.isTimeOver(inode), untilMs: nowMs };
    inode.modifiedMs = nowMs;
  }

  /** What the server told of the file when a session last looked at it, which a touch may have changed. */
  lastTold(path: string, inode: Inode, by: object): LastTold {
    const { beforeTouch } = inode;
    const lookedAtMs = this.#lastLookMs(path, by) ?? 0;
    if (beforeTouch !== undefined && lookedAtMs <= beforeTouch.untilMs) return beforeTouch;
    return { facts: this.facts(inode), isTimeOver: this.isTimeOver(inode) };
  }

  /** Writes at a position; what lies between the end and the position becomes zeros. */
  write(inode: Inode, offset: number, chunk: Buffer): void {
    const { nowMs } = theWorld();
    const grown = Buffer.alloc(Math.max(inode.bytes.length, offset + chunk.length));
    inode.bytes.copy(grown);
    chunk.copy(grown, offset);
    inode.bytes = grown;
    inode.modifiedMs = nowMs;
    inode.writtenMs = nowMs;
  }

  /** A session is told something of the path. */
  noteLook(path: string, by: object): void {
    const looks = this.#looks.get(by) ?? new Map<string, number>();
    this.#looks.set(by, looks.set(path, theWorld().nowMs));
  }

  #lastLookMs(path: string, by: object): number | undefined {
    return this.#looks.get(by)?.get(path);
  }

  /**
   * Whether a file got its name or its bytes after the session that acts last looked at the path. FTP has no
   * conditional command, and what another session is told meanwhile, of this file or in passing, makes this
   * one no wiser. A session that never looked has no such excuse.
   */
  hasChangedUnseen(path: string, { namedMs, writtenMs }: Inode, by: object): boolean {
    const lookedAtMs = this.#lastLookMs(path, by);
    return lookedAtMs !== undefined && lookedAtMs < Math.max(namedMs, writtenMs);
  }

  inDirectory(directory: string): readonly (readonly [name: string, inode: Inode])[] {
    const prefix = directory === '/' ? '/' : `${directory}/`;
    return [...this.files]
      .filter(([path]) => path.startsWith(prefix) && !path.slice(prefix.length).includes('/'))
      .map(([path, inode]) => [path.slice(prefix.length), inode] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** What the server writes about a directory for LIST or MLSD. */
  listing(command: 'LIST' | 'MLSD', directory: string, to: object): string {
    const lines = this.inDirectory(directory).map(([name, inode]) => {
      this.noteLook(`${directory}/${name}`, to);
      return command === 'MLSD' ? this.#mlsdLine(inode, name) : this.#unixLine(inode, name);
    });
    if (command === 'LIST') lines.unshift('drwxr-xr-x 2 owner group 4096 Jan 01  2020 .');
    return lines.map((line) => `${line}\r\n`).join('');
  }

  /** What the server writes about one file for MLST, which tells nothing of the files beside it. */
  mlstLine(path: string, inode: Inode, to: object): string {
    this.noteLook(path, to);
    return this.#mlsdLine(inode, path.slice(path.lastIndexOf('/') + 1));
  }

  #mlsdLine({ bytes, modifiedMs, number }: Inode, name: string): string {
    const unique = this.server.unique ? `unique=${number};` : '';
    return `type=file;size=${bytes.length};modify=${timeValue(modifiedMs)};${unique} ${name}`;
  }

  #unixLine(inode: Inode, name: string): string {
    return `-rw-r--r-- 1 owner group ${inode.bytes.length} ${this.listedTime(inode)} ${name}`;
  }

  /** The time that LIST shows now. */
  listedTime({ modifiedMs }: Inode): string {
    return listTime(this.server.zone, modifiedMs, theWorld().nowMs);
  }

  /** Whether the server tells the time of one file, without a listing of its directory. */
  get tellsTimeOfAFile(): boolean {
    return this.server.mdtm || this.server.mlsd;
  }

  /**
   * All that a client can tell of a file from a listing; two versions with the same look cannot be told apart
   * by listings.
   */
  look({ bytes, modifiedMs, number }: Inode): string {
    const { mlsd, unique } = this.server;
    const time = Math.floor(modifiedMs / (mlsd ? 1000 : 60_000));
    return [bytes.length, time, mlsd && unique ? number : ''].join('|');
  }

  /** Whether a listing shows a file as not older than a time. */
  looksAsOldAs(path: string, atMs: number): boolean {
    const unitMs = this.server.mlsd ? 1000 : 60_000;
    const shownMs = this.files.get(path)?.modifiedMs ?? Number.NEGATIVE_INFINITY;
    return Math.floor(shownMs / unitMs) >= Math.floor(atMs / unitMs);
  }

  /**
   * All that the server can tell of a file: two versions with the same facts are the same for every client.
   */
  facts({ bytes, modifiedMs, number }: Inode): string {
    const { mlsd, mdtm, unique } = this.server;
    const unitMs = mlsd || mdtm ? 1000 : 60_000;
    return [bytes.length, Math.floor(modifiedMs / unitMs), mlsd && unique ? number : ''].join('|');
  }

  /**
   * Whether the modified time that the server tells was over when the file got its name. Of a file that came
   * within the minute that LIST shows, a client can know that another may still come within it.
   */
  isTimeOver({ modifiedMs, namedMs }: Inode): boolean {
    const { mlsd, mdtm } = this.server;
    return mlsd || mdtm || Math.floor(namedMs / 60_000) > Math.floor(modifiedMs / 60_000);
  }
}
