import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { flowConflicts, prefixesOverlap } from './flow-conflicts.ts';
import { type PartnerFile, partnerFileSchema } from './partner-file.ts';
import { type PartnerOutline, partnerOutline } from './partner-outline.ts';
import { withHolidays } from './read-holidays.ts';
import { type PartnerFileFault, YamlFile } from './yaml-file.ts';

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

/** As {@link readPartnerFiles}, for files named one by one. A file that cannot be read is a fault like any other. */
export async function readTheseFiles(files: readonly string[]): Promise<PartnerFiles> {
  const read = await Promise.all(files.map(readOne));
  return {
    partners: read.flatMap(({ partner }) => (partner === undefined ? [] : [partner])),
    faults: [...read.flatMap(({ faults }) => faults), ...conflictsBetween(read)],
  };
}

interface Reading {
  readonly source: YamlFile;
  /** Undefined where the file does not fit the schema. */
  readonly partner: PartnerFile | undefined;
  /** What could be made out all the same. */
  readonly outline: PartnerOutline;
  readonly faults: readonly PartnerFileFault[];
}

async function readOne(file: string): Promise<Reading> {
  const source = await YamlFile.read(file);
  const outline = partnerOutline(source.value);
  if (source.faults.length > 0) return { source, partner: undefined, outline, faults: source.faults };
  const result = partnerFileSchema.safeParse(source.value, { error: missing });
  const authority = await readAuthority(source, outline.ca);
  const ownFaults = [...nameFaults(source, outline), ...authority.faults];
  if (!result.success) {
    const issues = result.error.issues.flatMap((issue) => faultsOf(issue, source));
    // The schema looks at flows side by side only once each is right by itself.
    const conflicts = flowConflicts(outline.flows)
      .map(({ path, message }) => source.faultAt(['flows', ...path], message))
      .filter((fault) => !issues.some(({ key }) => key === fault.key));
    return { source, partner: undefined, outline, faults: [...issues, ...conflicts, ...ownFaults] };
  }
  const { connection } = result.data;
  const tls = { ...connection.tls, ca: authority.text };
  const { flows, faults } = await withHolidays(source, result.data.flows);
  return {
    source,
    partner: { ...result.data, connection: { ...connection, tls }, flows },
    outline,
    faults: [...ownFaults, ...faults],
  };
}

function nameFaults(source: YamlFile, { partner }: PartnerOutline): PartnerFileFault[] {
  const name = basename(source.file).replace(/\.ya?ml$/, '');
  if (partner === undefined || partner === name) return [];
  const message = `is '${partner}', but the file is named ${basename(source.file)}; make them the same`;
  return [source.faultAt(['partner'], message)];
}

/** The text of the CA: a function has no folder to look in, so it travels within the partner file. */
async function readAuthority(
  source: YamlFile,
  ca: string | undefined,
): Promise<{ readonly text: string | undefined; readonly faults: readonly PartnerFileFault[] }> {
  if (ca === undefined) return { text: undefined, faults: [] };
  const isText = ca.includes('-----BEGIN');
  const text = isText ? ca : await readFile(resolve(dirname(source.file), ca), 'utf8').catch(() => undefined);
  const fault = authorityFault(text);
  if (fault === undefined) return { text, faults: [] };
  const what = isText ? 'is PEM text that' : `names the file ${ca}, which`;
  return { text: undefined, faults: [source.faultAt(['connection', 'tls', 'ca'], `${what} ${fault}`)] };
}

function authorityFault(text: string | undefined): string | undefined {
  if (text === undefined) return 'cannot be read; put it beside the partner file';
  // The partner file is deployed where operators can read it.
  if (text.includes('PRIVATE KEY-----')) return 'holds a private key, which belongs in the secret alone';
  return text.includes('-----BEGIN CERTIFICATE-----') ? undefined : 'holds no PEM certificate';
}

/** Two partners of one name, and flows that would write under one prefix. */
function conflictsBetween(readings: readonly Reading[]): PartnerFileFault[] {
  const partners = new Set<string>();
  const seen: { readonly prefix: string; readonly owner: string }[] = [];
  const faults: PartnerFileFault[] = [];
  for (const { source, outline } of readings) {
    const partner = outline.partner ?? basename(source.file);
    if (partners.has(partner)) {
      faults.push(source.faultAt(['partner'], `'${partner}' is the partner of another file too`));
    }
    partners.add(partner);
    for (const [index, { name, prefix }] of outline.flows.entries()) {
      if (prefix === undefined) continue;
      const other = seen.find((each) => prefixesOverlap(each.prefix, prefix));
      if (other !== undefined) {
        const message = `${prefix} overlaps ${other.prefix} of ${other.owner}; give each flow its own prefix`;
        faults.push(source.faultAt(['flows', index, 'prefix'], message));
      }
      seen.push({ prefix, owner: `${partner}/${name ?? index}` });
    }
  }
  return faults;
}

function missing({ input }: { readonly input?: unknown }): string | undefined {
  return input === undefined ? 'is missing' : undefined;
}

function faultsOf(issue: z.core.$ZodIssue, source: YamlFile): PartnerFileFault[] {
  if (issue.code === 'unrecognized_keys') {
    const message = 'is no setting; docs/partners.md names them all';
    return issue.keys.map((key) => source.faultAt([...issue.path, key], message));
  }
  return [source.faultAt(issue.path, issue.message)];
}
