import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isMap, isNode, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type PartnerFile, partnerFileSchema, prefixesOverlap } from './partner-file.ts';

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

export interface PartnerFiles {
  readonly partners: readonly PartnerFile[];
  readonly faults: readonly PartnerFileFault[];
}

/** Reads every `*.yaml` of the folder, with all faults of all files at once, overlaps between files among them. */
export async function readPartnerFiles(folder: string): Promise<PartnerFiles> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new Error(`Cannot read the folder of partner files ${folder}: name another with --partners`, {
      cause,
    });
  });
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  return readTheseFiles(files.map((name) => join(folder, name)));
}

/** As {@link readPartnerFiles}, for files named one by one. */
export async function readTheseFiles(files: readonly string[]): Promise<PartnerFiles> {
  const read = await Promise.all(files.map(readOne));
  const good = read.flatMap(({ partner, locate }) => (partner === undefined ? [] : [{ partner, locate }]));
  return {
    partners: good.map(({ partner }) => partner),
    faults: [...read.flatMap(({ faults }) => faults), ...doubles(good)],
  };
}

type Locate = (path: readonly PropertyKey[], message: string) => PartnerFileFault;

interface Reading {
  readonly partner: PartnerFile | undefined;
  readonly faults: readonly PartnerFileFault[];
  readonly locate: Locate;
}

async function readOne(file: string): Promise<Reading> {
  const lines = new LineCounter();
  const document = parseDocument(await readFile(file, 'utf8'), { lineCounter: lines, prettyErrors: false });
  const locate: Locate = (path, message) => {
    const { line, col } = lines.linePos(offsetOf(document.contents, path));
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), key: keyText(path), message };
  };
  if (document.errors.length > 0) {
    const faults = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { file, line, column: col, key: '', message: `is no YAML: ${error.message}` };
    });
    return { partner: undefined, faults, locate };
  }
  const result = partnerFileSchema.safeParse(document.toJS());
  if (!result.success) {
    const faults = result.error.issues.flatMap((issue) => faultsOf(issue, locate));
    return { partner: undefined, faults, locate };
  }
  return withAuthority(file, result.data, locate);
}

/** Takes the CA's text into the partner file, since a function has no folder to look in. */
async function withAuthority(file: string, partner: PartnerFile, locate: Locate): Promise<Reading> {
  const { ca } = partner.connection.tls;
  const expectedName = basename(file).replace(/\.ya?ml$/, '');
  const faults =
    partner.partner === expectedName
      ? []
      : [
          locate(
            ['partner'],
            `is '${partner.partner}', but the file is named ${basename(file)}; make them the same`,
          ),
        ];
  if (ca === undefined || ca.includes('-----BEGIN')) return { partner, faults, locate };
  const text = await readFile(join(dirname(file), ca), 'utf8').catch(() => undefined);
  if (text?.includes('-----BEGIN CERTIFICATE-----') !== true) {
    const why = text === undefined ? 'cannot be read' : 'holds no PEM certificate';
    return {
      partner,
      faults: [...faults, locate(['connection', 'tls', 'ca'], `names the file ${ca}, which ${why}`)],
      locate,
    };
  }
  const tls = { ...partner.connection.tls, ca: text };
  return { partner: { ...partner, connection: { ...partner.connection, tls } }, faults, locate };
}

/** Two partners of one name, and flows that would write under one prefix. */
function doubles(
  files: readonly { readonly partner: PartnerFile; readonly locate: Locate }[],
): PartnerFileFault[] {
  const seen: { readonly partner: string; readonly flow: string; readonly prefix: string }[] = [];
  const faults: PartnerFileFault[] = [];
  for (const [index, { partner, locate }] of files.entries()) {
    if (files.slice(0, index).some((other) => other.partner.partner === partner.partner)) {
      faults.push(locate(['partner'], `'${partner.partner}' is the partner of another file too`));
    }
    for (const [flowIndex, flow] of partner.flows.entries()) {
      const other = seen.find(({ prefix }) => prefixesOverlap(prefix, flow.prefix));
      if (other !== undefined) {
        const whose = `${other.prefix} of ${other.partner}/${other.flow}`;
        faults.push(
          locate(
            ['flows', flowIndex, 'prefix'],
            `${flow.prefix} overlaps ${whose}; give each flow its own prefix`,
          ),
        );
      }
      seen.push({ partner: partner.partner, flow: flow.name, prefix: flow.prefix });
    }
  }
  return faults;
}

function faultsOf(issue: z.core.$ZodIssue, locate: Locate): PartnerFileFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      locate([...issue.path, key], 'is no setting; docs/partners.md names them all'),
    );
  }
  return [locate(issue.path, issue.message)];
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
