import {
  type Document,
  type ErrorCode,
  isMap,
  isNode,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';

/** What to correct, for the errors of the parser whose own text says only which rule of YAML was broken. */
const syntaxCauses: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_INDENT:
    'the indentation is wrong: all keys of one map begin in the same column; or a bracket before it is not closed',
  BLOCK_AS_IMPLICIT_KEY: 'a second colon in the line; put the value into quotes, or the key on its own line',
  DUPLICATE_KEY: 'the key is given twice; remove one',
  MISSING_CHAR: 'a quote, bracket, brace or colon is missing here or before; close what is open',
  MULTIPLE_DOCS: 'the file has a second document after ---; one file holds one partner',
  TAB_AS_INDENT: 'the line is indented with a tab; use spaces',
};

/** One error in a partner file, at the place to fix. */
export interface PartnerFileError {
  readonly file: string;
  /** 1-based, as is the column. */
  readonly line: number;
  readonly column: number;
  /** `flows[0].schedule.cron`; empty for the file as a whole. */
  readonly key: string;
  /** Continues a sentence that begins with the key: `is missing`. */
  readonly message: string;
}

export interface FileText {
  /** The path as the user gave it. */
  readonly file: string;
  /** The last component of the path. */
  readonly name: string;
  /** Undefined if the file cannot be read. */
  readonly content: string | undefined;
}

/** A YAML file whose values can be traced back to their lines. */
export class YamlFile {
  readonly file: string;
  readonly name: string;
  /** Plain values; undefined if there are errors. */
  readonly value: unknown;
  /** Why there is no value: the file cannot be read, is empty, or is not valid YAML. */
  readonly errors: readonly PartnerFileError[];
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  /** Never throws: what is wrong with the text is in `errors`. */
  constructor({ file, name, content }: FileText) {
    this.file = file;
    this.name = name;
    this.#lines = new LineCounter();
    this.#document = parseDocument(content ?? '', { lineCounter: this.#lines, prettyErrors: false });
    const unreadable = 'cannot be read; check the path and its permissions';
    const parsed = content === undefined ? { errors: [unreadable] } : this.#parse();
    this.value = parsed.value;
    this.errors = parsed.errors.map((error) => (typeof error === 'string' ? this.errorAt([], error) : error));
  }

  /** An error at a key; if the key is missing, at the nearest enclosing one. */
  errorAt(path: readonly PropertyKey[], message: string): PartnerFileError {
    return this.#errorAtOffset(findOffset(this.#document.contents, path), { key: keyText(path), message });
  }

  #parse(): { readonly value?: unknown; readonly errors: readonly (PartnerFileError | string)[] } {
    const { errors } = this.#document;
    if (errors.length > 0) {
      const syntaxErrors = errors.map(({ pos, code, message }) => {
        const cause = syntaxCauses[code] ?? message;
        return this.#errorAtOffset(pos[0], { key: '', message: `is not valid YAML: ${cause}` });
      });
      return { errors: syntaxErrors };
    }
    try {
      const value: unknown = this.#document.toJS();
      return value === null
        ? { errors: ['is empty; docs/partners.md has an example'] }
        : { value, errors: [] };
    } catch (cause) {
      // A circular alias, or aliases that expand to too much.
      return { errors: [`is not valid YAML: ${cause instanceof Error ? cause.message : String(cause)}`] };
    }
  }

  #errorAtOffset(offset: number, what: { readonly key: string; readonly message: string }): PartnerFileError {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1), ...what };
  }
}

/** Where the key of a value begins; for a missing value, where the nearest enclosing one does. */
function findOffset(root: unknown, path: readonly PropertyKey[]): number {
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
