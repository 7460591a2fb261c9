/** What a path at the partner has ever held. */
interface Content {
  /** Of the versions with these bytes, in the order in which the partner made them. */
  readonly sequence: number[];
  /** When it was last written; where it is a part of a file, when that part had stood since. */
  writtenMs: number;
  readonly isComplete: boolean;
  /** How listings showed it. */
  readonly looks: Set<string>;
  /** All that the server could tell of it. */
  readonly facts: Set<string>;
}

/** A state in which a file stands. */
interface Standing {
  readonly isComplete: boolean;
  readonly writtenMs: number;
  readonly look: string;
  readonly facts: string;
}

/** The truth about the versions of all files, which the code under test does not see. */
export class Truth {
  readonly #contents = new Map<string, Map<string, Content>>();
  #made = 0;

  /** A file has these bytes now. */
  stands(path: string, bytes: Buffer, state: Standing): void {
    const contents = this.#contents.get(path) ?? new Map<string, Content>();
    this.#contents.set(path, contents);
    const name = contentName(bytes, state.isComplete);
    const content = contents.get(name) ?? {
      sequence: [],
      writtenMs: state.writtenMs,
      isComplete: state.isComplete,
      looks: new Set(),
      facts: new Set(),
    };
    this.#made += 1;
    content.sequence.push(this.#made);
    content.looks.add(state.look);
    content.facts.add(state.facts);
    content.writtenMs = state.writtenMs;
    contents.set(name, content);
  }

  /** The complete version of a path with these bytes; undefined where it has never had one. */
  complete(path: string, bytes: Buffer): Content | undefined {
    return this.#contents.get(path)?.get(contentName(bytes, true));
  }

  /** The same for a file whose writer had not ended. */
  partial(path: string, bytes: Buffer): Content | undefined {
    return this.#contents.get(path)?.get(contentName(bytes, false));
  }

  /** Whether the path has held something else of the same size. */
  hasTwin(path: string, bytes: Buffer): boolean {
    const twins = [...(this.#contents.get(path)?.keys() ?? [])].map((name) =>
      name.slice(name.indexOf(' ') + 1),
    );
    const own = bytes.toString('latin1');
    return twins.some((twin) => twin.length === own.length && twin !== own);
  }

  /** Whether a listing has shown other bytes of the path in the same way. */
  looksLikeAnother(path: string, bytes: Buffer, look: string): boolean {
    const own = new Set([contentName(bytes, true), contentName(bytes, false)]);
    return [...(this.#contents.get(path) ?? [])].some(
      ([name, { looks }]) => !own.has(name) && looks.has(look),
    );
  }

  /**
   * Whether LIST has shown other bytes of this size at a time that is whole quarters of an hour, to the
   * minute, from one of these.
   */
  isAZoneFromAnother(path: string, bytes: Buffer): boolean {
    const own = new Set([contentName(bytes, true), contentName(bytes, false)]);
    const contents = [...(this.#contents.get(path) ?? [])];
    const shown = (isOwn: boolean) =>
      contents
        .filter(([name]) => own.has(name) === isOwn)
        .flatMap(([, { looks }]) => [...looks].map(sizeAndMinute));
    return shown(true).some(([size, minute]) =>
      shown(false).some(([other, at]) => other === size && (at - minute) % 15 === 0),
    );
  }

  /** The first version with these bytes; 0 where there is none. */
  oldest(path: string, bytes: Buffer): number {
    return this.complete(path, bytes)?.sequence[0] ?? this.partial(path, bytes)?.sequence[0] ?? 0;
  }

  /** The newest version with these bytes; 0 where there is none. */
  newest(path: string, bytes: Buffer): number {
    return this.complete(path, bytes)?.sequence.at(-1) ?? this.partial(path, bytes)?.sequence.at(-1) ?? 0;
  }
}

/** Of what LIST shows. */
function sizeAndMinute(look: string): readonly [size: number, minute: number] {
  const [size, minute] = look.split('|');
  return [Number(size), Number(minute)];
}

function contentName(bytes: Buffer, isComplete: boolean): string {
  return `${isComplete ? 'complete' : 'partial'} ${bytes.toString('latin1')}`;
}
