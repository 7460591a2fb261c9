import type { Act, FileTime } from '../machine/history.ts';
import type { Inode } from '../model/partner.ts';
import type { Setting } from './setting.ts';
import type { Truth } from './truth.ts';

/** Bytes of a file; those of one that grows come in thirds. */
const sizes = { usual: 24, other: 30 } as const;

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** What the partner of a pull does to its files. */
export class PartnerActs {
  readonly #setting: Setting;
  readonly #truth: Truth;
  #written = 0;

  constructor(setting: Setting, truth: Truth) {
    this.#setting = setting;
    this.#truth = truth;
  }

  perform(act: Act): void {
    const { world } = this.#setting;
    switch (act.kind) {
      case 'put':
        this.#put(act);
        return;
      case 'begin':
        this.#write(act.file, 0);
        return;
      case 'grow':
      case 'end':
        this.#grow(act.file, act.kind);
        return;
      case 'remove':
        this.#setting.partner.files.delete(`/in/${act.file}`);
        world.tell(() => `the partner removes ${act.file}`);
        return;
      case 'mark':
        this.#mark(act.file);
        return;
      case 'touch':
        this.#touch(act.file);
        return;
      case 'rename':
        this.#rename(act.file, act.to);
        return;
      case 'connections':
        this.#setting.maxConnections = act.to;
        world.tell(() => `maxConnections is ${act.to} now`);
        return;
      default:
        return;
    }
  }

  /** Ends what the partner has begun, as it does in the end, and marks what is complete. */
  endAll(): void {
    for (const [path, inode] of [...this.#setting.partner.files]) {
      if (inode.by === 'partner' && inode.completedMs === undefined) this.#grow(path.slice(4), 'end');
    }
    if (!this.#setting.config.pull.doneFile) return;
    for (const name of this.#setting.config.files) this.#mark(name);
  }

  /** Old files that stand beside the flow's own. */
  putArchive(count: number, ageDays: number): void {
    const { partner, world } = this.#setting;
    for (let index = 0; index < count; index++) {
      const inode = partner.create(`/in/old-${index}`, 'partner');
      inode.bytes = Buffer.from('old');
      inode.modifiedMs = world.nowMs - ageDays * dayMs - index * minuteMs;
      inode.completedMs = world.nowMs;
    }
  }

  #put({ file, bytes, time }: Extract<Act, { kind: 'put' }>): void {
    const { partner, world } = this.#setting;
    const path = `/in/${file}`;
    const before = partner.files.get(path);
    const content =
      bytes === 'same' && before?.completedMs !== undefined
        ? before.bytes
        : this.#content(file, bytes === 'other-size' ? sizes.other : sizes.usual);
    const inode = partner.create(path, 'partner');
    inode.bytes = content;
    inode.completedMs = world.nowMs;
    inode.modifiedMs = this.#time(time, before);
    this.#stands(path, inode);
    world.tell(
      () =>
        `the partner puts ${file}: ${content.toString('latin1')}, modified ${new Date(inode.modifiedMs).toISOString()}`,
    );
  }

  #time(time: FileTime, before: Inode | undefined): number {
    const { nowMs } = this.#setting.world;
    if (time === 'last-summer') return Math.min(nowMs, Date.UTC(2026, 7, 1, 12)) - this.#written * 1000;
    if (before === undefined || time === 'now') return nowMs;
    if (time === 'same') return before.modifiedMs;
    const minute = Math.floor(before.modifiedMs / minuteMs) * minuteMs;
    return minute + ((before.modifiedMs - minute + 7000) % minuteMs);
  }

  #content(file: string, size: number): Buffer {
    this.#written += 1;
    return Buffer.from(`${file} ${this.#written} `.padEnd(size, '.'));
  }

  /** Begins a file. Its last third comes with its end. */
  #write(file: string, thirds: number): void {
    const { partner, world } = this.#setting;
    const path = `/in/${file}`;
    const found = partner.files.get(path);
    if (found !== undefined && found.completedMs === undefined) return;
    const inode = found ?? partner.create(path, 'partner');
    const whole = this.#content(file, sizes.usual);
    growing.set(inode, { whole, thirds });
    inode.bytes = Buffer.alloc(0);
    inode.completedMs = undefined;
    partner.write(inode, 0, whole.subarray(0, sizes.usual / 3));
    this.#stands(path, inode);
    world.tell(() => `the partner begins to write ${file}`);
  }

  #grow(file: string, how: 'grow' | 'end'): void {
    const { partner, world } = this.#setting;
    const path = `/in/${file}`;
    const inode = partner.files.get(path);
    const state = inode && growing.get(inode);
    if (inode === undefined || state === undefined || inode.completedMs !== undefined) return;
    const { whole, thirds } = state;
    if (how === 'grow' && thirds >= 1) return;
    const next = how === 'end' ? whole.length : (2 * whole.length) / 3;
    growing.set(inode, { whole, thirds: thirds + 1 });
    partner.write(inode, inode.bytes.length, whole.subarray(inode.bytes.length, next));
    if (how === 'end') inode.completedMs = world.nowMs;
    this.#stands(path, inode);
    world.tell(() => `the partner ${how === 'end' ? 'ends' : 'goes on writing'} ${file}`);
  }

  #mark(file: string): void {
    const { partner, world, config } = this.#setting;
    if (!config.pull.doneFile || partner.files.get(`/in/${file}`)?.completedMs === undefined) return;
    partner.create(`/in/${file}.done`, 'partner').completedMs = world.nowMs;
    world.tell(() => `the partner puts the marker ${file}.done`);
  }

  #touch(file: string): void {
    const { partner, world } = this.#setting;
    const inode = partner.files.get(`/in/${file}`);
    if (inode?.completedMs === undefined) return;
    partner.touch(inode);
    this.#stands(`/in/${file}`, inode);
    world.tell(() => `the partner touches ${file}`);
  }

  #rename(file: string, to: string): void {
    const { partner, world } = this.#setting;
    const inode = partner.files.get(`/in/${file}`);
    if (inode?.completedMs === undefined || file === to) return;
    partner.files.delete(`/in/${file}`);
    partner.files.set(`/in/${to}`, inode);
    inode.namedMs = world.nowMs;
    this.#stands(`/in/${to}`, inode);
    world.tell(() => `the partner renames ${file} to ${to}`);
  }

  #stands(path: string, inode: Inode): void {
    this.#truth.stands(path, inode.bytes, {
      isComplete: inode.completedMs !== undefined,
      writtenMs: inode.writtenMs,
      look: this.#setting.partner.look(inode),
      facts: this.#setting.partner.facts(inode),
    });
  }
}

/** What the writer of a file still has to write. */
const growing = new WeakMap<Inode, { readonly whole: Buffer; readonly thirds: number }>();
