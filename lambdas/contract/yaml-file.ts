import { readFile } from 'node:fs/promises';
import { type Document, isMap, isNode, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** One thing wrong with a partner file, at the place where it must be mended. */
export interface PartnerFileFault {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  /** `flows[0].schedule.cron`; empty: the file as a whole. */
  readonly key: string;
  readonly message: string;
}

/** A YAML file that still knows where everything stands. */
export class YamlFile {
  readonly file: string;
  /** Plain values; undefined where the file is no YAML. */
  readonly value: unknown;
  /** Why there is no value. */
  readonly faults: readonly PartnerFileFault[];
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  private constructor(file: string, content: string | undefined) {
    this.file = file;
    this.#lines = new LineCounter();
    this.#document = parseDocument(content ?? '', { lineCounter: this.#lines, prettyErrors: false });
    const read = content === undefined ? { faults: ['cannot be read'] } : this.#read();
    this.value = read.value;
    this.faults = read.faults.map((fault) => (typeof fault === 'string' ? this.faultAt([], fault) : fault));
  }

  /** Never throws: what cannot be read or is no YAML is in `faults`. */
  static async read(file: string): Promise<YamlFile> {
    return new YamlFile(file, await readFile(file, 'utf8').catch(() => undefined));
  }

  /** A fault at a key; where the key is missing, at what stands nearest around it. */
  faultAt(path: readonly PropertyKey[], message: string): PartnerFileFault {
    return this.#faultAtOffset(offsetOf(this.#document.contents, path), { key: keyText(path), message });
  }

  #read(): { readonly value?: unknown; readonly faults: readonly (PartnerFileFault | string)[] } {
    const { errors } = this.#document;
    if (errors.length > 0) {
      const faults = errors.map(({ pos, message }) => {
        return this.#faultAtOffset(pos[0], { key: '', message: `is no YAML: ${message}` });
      });
      return { faults };
    }
    try {
      const value: unknown = this.#document.toJS();
      return value === null
        ? { faults: ['is empty; docs/partners.md shows a partner file'] }
        : { value, faults: [] };
    } catch (cause) {
      // An alias that stands for itself, or for too much.
      return { faults: [`is no YAML: ${cause instanceof Error ? cause.message : String(cause)}`] };
    }
  }

  #faultAtOffset(offset: number, what: { readonly key: string; readonly message: string }): PartnerFileFault {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1), ...what };
  }
}

/** Where the value stands; where it is missing, where the nearest thing around it stands. */
function offsetOf(root: unknown, path: readonly PropertyKey[]): number {
  let node: Node | undefined = isNode(root) ? root : undefined;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, part] of path.entries()) {
    const pair = isMap(node) ? node.items.find(({ key }) => String(key) === part) : undefined;
    const key = isNode(pair?.key) ? pair.key : undefined;
    const value = isMap(node) ? pair?.value : isSeq(node) ? node.items[Number(part)] : undefined;
    node = isNode(value) ? value : undefined;
    const isLast = depth === path.length - 1;
    offset = (isLast ? key : undefined)?.range?.[0] ?? node?.range?.[0] ?? key?.range?.[0] ?? offset;
    if (node === undefined) break;
  }
  return offset;
}

function keyText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
