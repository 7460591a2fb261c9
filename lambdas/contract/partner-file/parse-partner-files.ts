import type { z } from 'zod';
import { didYouMean } from '../did-you-mean.ts';
import { flowConflicts, prefixesOverlap } from './flow-conflicts.ts';
import { issueMessage } from './issue-message.ts';
import { knownKeys } from './known-keys.ts';
import { type PartnerFile, partnerFileSchema } from './partner-file.ts';
import { type PartnerOutline, partnerOutline } from './partner-outline.ts';
import { embedAuthority, embedHolidays, type ReferencedTexts } from './referenced-files.ts';
import { undirectedIssues } from './undirected-flows.ts';
import type { PartnerFileError, YamlFile } from './yaml-file.ts';

export interface PartnerFiles {
  /**
   * The files that fit the schema, with what they refer to embedded. Use them only if there are no errors.
   */
  readonly partners: readonly PartnerFile[];
  readonly errors: readonly PartnerFileError[];
}

export interface PartnerFileSource {
  readonly yaml: YamlFile;
  /** The files that `referencedFiles` names. */
  readonly referenced: ReferencedTexts;
}

/**
 * Checks partner files one by one and against each other, and finds all errors of all files at once. Never
 * throws for what a file contains.
 */
export function parsePartnerFiles(sources: readonly PartnerFileSource[]): PartnerFiles {
  const parsed = sources.map(parseOne);
  return {
    partners: parsed.flatMap(({ partner }) => (partner === undefined ? [] : [partner])),
    errors: [...parsed.flatMap(({ errors }) => errors.toSorted(byPlace)), ...conflictsBetween(parsed)],
  };
}

/** In the order of the file, in which a person corrects them. */
function byPlace(a: PartnerFileError, b: PartnerFileError): number {
  return a.line - b.line || a.column - b.column;
}

interface ParsedFile {
  readonly yaml: YamlFile;
  /** Undefined if the file does not fit the schema. */
  readonly partner: PartnerFile | undefined;
  /** What can be recognised even then. */
  readonly outline: PartnerOutline;
  readonly errors: readonly PartnerFileError[];
}

function parseOne({ yaml, referenced }: PartnerFileSource): ParsedFile {
  const outline = partnerOutline(yaml.value);
  if (yaml.errors.length > 0) return { yaml, partner: undefined, outline, errors: yaml.errors };
  const result = partnerFileSchema.safeParse(yaml.value, { error: issueMessage });
  const authority = embedAuthority(yaml, outline.ca, referenced);
  const ownErrors = [...nameErrors(yaml, outline), ...authority.errors];
  if (!result.success) {
    const found = [...result.error.issues, ...undirectedIssues(yaml.value)];
    const issues = found.flatMap((issue) => toErrors(issue, yaml));
    // The schema compares flows only once each of them is valid.
    const conflicts = flowConflicts(outline.flows)
      .map(({ path, message }) => yaml.errorAt(['flows', ...path], message))
      .filter((error) => !issues.some(({ key }) => key === error.key));
    return { yaml, partner: undefined, outline, errors: [...issues, ...conflicts, ...ownErrors] };
  }
  const { connection } = result.data;
  const tls = { ...connection.tls, ca: authority.text };
  const { flows, errors } = embedHolidays(yaml, result.data.flows, referenced);
  const partner = { ...result.data, connection: { ...connection, tls }, flows };
  return { yaml, partner, outline, errors: [...ownErrors, ...errors] };
}

function nameErrors(yaml: YamlFile, { partner }: PartnerOutline): PartnerFileError[] {
  if (partner === undefined || partner === yaml.name.replace(/\.ya?ml$/, '')) return [];
  return [
    yaml.errorAt(['partner'], `is '${partner}', but the file is named ${yaml.name}; rename one of them`),
  ];
}

/** Two files for one partner, and flows that would write under one prefix. */
function conflictsBetween(files: readonly ParsedFile[]): PartnerFileError[] {
  const firstFiles = new Map<string, YamlFile>();
  const prefixes: { readonly prefix: string; readonly owner: string }[] = [];
  const errors: PartnerFileError[] = [];
  for (const { yaml, outline } of files) {
    const partner = outline.partner ?? yaml.name;
    const first = firstFiles.get(partner);
    if (first === undefined) firstFiles.set(partner, yaml);
    else
      errors.push(
        yaml.errorAt(['partner'], `'${partner}' is also defined in ${first.file}; remove one file`),
      );
    for (const [index, { name, prefix }] of outline.flows.entries()) {
      if (prefix === undefined) continue;
      const other = prefixes.find((each) => prefixesOverlap(each.prefix, prefix));
      if (other !== undefined) {
        const message = `${prefix} overlaps ${other.prefix} of ${other.owner}; give each flow its own prefix`;
        errors.push(yaml.errorAt(['flows', index, 'prefix'], message));
      }
      prefixes.push({ prefix, owner: `${partner}/${name ?? index}` });
    }
  }
  return errors;
}

function toErrors(issue: z.core.$ZodIssue, yaml: YamlFile): PartnerFileError[] {
  if (issue.code !== 'unrecognized_keys') return [yaml.errorAt(issue.path, issue.message)];
  const known = knownKeys(issue.path);
  return issue.keys.map((key) => {
    const meant = didYouMean(key, known);
    const help = meant === '' ? '; docs/partners.md lists all settings' : meant;
    return yaml.errorAt([...issue.path, key], `is not a setting${help}`);
  });
}
