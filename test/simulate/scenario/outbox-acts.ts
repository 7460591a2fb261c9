import type { Act } from '../machine/history.ts';
import type { PushPlant } from './push.ts';
import { pushPrefix, type Setting } from './setting.ts';

const sizes = { usual: 24, other: 30 } as const;

/** What the users of the outbox, the partner of a push and the operators do. */
export class OutboxActs {
  readonly #setting: Setting;
  readonly #plant: PushPlant;
  #written = 0;

  constructor(setting: Setting, plant: PushPlant) {
    this.#setting = setting;
    this.#plant = plant;
  }

  perform(act: Act): void {
    const { world, partner, outbox } = this.#setting;
    switch (act.kind) {
      case 'put-object':
        this.#put(act);
        return;
      case 'delete-object':
        outbox.remove(`${pushPrefix}${act.file}`);
        world.tell(() => `the object ${act.file} is deleted`);
        return;
      case 'foreign': {
        const inode = partner.create(`/out/${act.file}`, 'others');
        inode.bytes = Buffer.from('of others'.padEnd(sizes.usual, '-'));
        inode.completedMs = world.nowMs;
        world.tell(() => `somebody else puts a file at /out/${act.file}`);
        return;
      }
      case 'take':
        partner.files.delete(`/out/${act.file}`);
        world.tell(() => `the partner takes /out/${act.file}`);
        return;
      case 'connections':
        this.#setting.maxConnections = act.to;
        world.tell(() => `maxConnections is ${act.to} now`);
        return;
      default:
        return;
    }
  }

  #put({ file, bytes, delaysMs }: Extract<Act, { kind: 'put-object' }>): void {
    const { world, outbox } = this.#setting;
    const key = `${pushPrefix}${file}`;
    const before = outbox.current(key);
    const content = bytes === 'same' && before !== undefined ? before.bytes : this.#content(file, bytes);
    const version = outbox.put(key, content);
    this.#plant.announce(key, version, delaysMs);
    world.tell(() => `the object ${file} is put: ${content.toString('latin1')} (${version.versionId})`);
  }

  #content(file: string, bytes: 'same-size' | 'other-size' | 'same'): Buffer {
    this.#written += 1;
    const size = bytes === 'other-size' ? sizes.other : sizes.usual;
    return Buffer.from(`${file} ${this.#written} `.padEnd(size, '.'));
  }
}
