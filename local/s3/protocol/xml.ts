import { S3Error } from './s3-error.ts';

/**
 * The content of an element to write: text, or elements by name. An array repeats, undefined omits an
 * element.
 */
export type XmlContent = string | number | boolean | undefined | XmlElements;
export interface XmlElements {
  readonly [name: string]: XmlContent | readonly XmlContent[];
}

/** A document with one root element, in the namespace of S3; error documents have no namespace. */
export function xmlDocument(name: string, content: XmlContent): string {
  const namespace = name === 'Error' ? '' : ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${namespace}>${render(content)}</${name}>`;
}

function render(content: XmlContent): string {
  if (content === undefined) return '';
  if (typeof content !== 'object') return escapeText(String(content));
  return Object.entries(content)
    .flatMap(([name, value]) => [value].flat().map((each) => element(name, each)))
    .join('');
}

function element(name: string, content: XmlContent): string {
  return content === undefined ? '' : `<${name}>${render(content)}</${name}>`;
}

/**
 * Control characters become references: otherwise a carriage return would be read as a line feed (XML 1.0,
 * 2.11).
 */
function escapeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this must match them.
  return text.replace(/[&<>"\u0000-\u001f\u007f]/g, (found) => named[found] ?? `&#${found.charCodeAt(0)};`);
}

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * A parsed element: its text and its child elements. Attributes are ignored: S3 requests have none of
 * meaning.
 */
export interface XmlNode {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlNode[];
}

interface OpenNode {
  readonly name: string;
  text: string;
  readonly children: OpenNode[];
}

/**
 * Parses a request document of elements and text, as S3 clients write them.
 * @throws S3Error MalformedXML for anything else (CDATA, a document type, an incomplete document), or for
 * another root element.
 */
export function parseXml(document: string, rootName: string): XmlNode {
  const top: OpenNode = { name: '', text: '', children: [] };
  const open = [top];
  let position = 0;
  for (const match of document.matchAll(/<\?[^>]*\?>|<(\/?)([\w:.-]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    const current = open.at(-1) ?? top;
    current.text += unescapeText(document.slice(position, match.index));
    position = match.index + match[0].length;
    const name = match[2];
    if (name === undefined) continue;
    if (match[1] === '/') {
      if (open.length < 2 || open.pop()?.name !== name) throw malformed();
      continue;
    }
    const node: OpenNode = { name, text: '', children: [] };
    current.children.push(node);
    if (match[3] !== '/') open.push(node);
  }
  const root = top.children[0];
  const rest = top.text + document.slice(position);
  if (open.length > 1 || rest.trim() !== '' || top.children.length !== 1 || root?.name !== rootName)
    throw malformed();
  return root;
}

/** The text of the first child with the name; undefined when there is none. */
export function childText(node: XmlNode, name: string): string | undefined {
  return node.children.find((child) => child.name === name)?.text;
}

function unescapeText(text: string): string {
  if (text.includes('<')) throw malformed();
  return text.replace(/&(?:#(\d+)|#x([\da-fA-F]+)|(\w+));?/g, (_, decimal, hex, name) => {
    if (name !== undefined) return entities[name] ?? fail();
    const codePoint = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : fail();
  });
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function fail(): never {
  throw malformed();
}

function malformed(): S3Error {
  return new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema.',
  );
}
