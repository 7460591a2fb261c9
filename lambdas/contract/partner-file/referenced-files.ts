import { parseHolidays } from './expectation.ts';
import type { Flow } from './partner-file.ts';
import type { PartnerOutline } from './partner-outline.ts';
import type { PartnerFileError, YamlFile } from './yaml-file.ts';

/**
 * The texts of the files that a partner file refers to, by the name that it uses; undefined for a file that
 * cannot be read. A function has no folder to read from, so the texts are embedded in the partner file.
 */
export type ReferencedTexts = ReadonlyMap<string, string | undefined>;

/**
 * The names of the files that a partner file refers to, relative to its folder: `connection.tls.ca` and
 * `flows[].expect[].holidays`.
 */
export function referencedFiles({ ca, flows }: PartnerOutline): readonly string[] {
  const holidays = flows.flatMap((flow) => flow.holidayFiles);
  return [...new Set([...(ca === undefined || isPem(ca) ? [] : [ca]), ...holidays])];
}

/** The PEM text of the authority that `connection.tls.ca` names or holds; undefined if it has an error. */
export function embedAuthority(
  source: YamlFile,
  ca: string | undefined,
  texts: ReferencedTexts,
): { readonly text: string | undefined; readonly errors: readonly PartnerFileError[] } {
  if (ca === undefined) return { text: undefined, errors: [] };
  const text = isPem(ca) ? ca : texts.get(ca);
  const error = authorityError(text);
  if (error === undefined) return { text, errors: [] };
  const what = isPem(ca) ? 'is PEM text that' : `names the file ${ca}, which`;
  return { text: undefined, errors: [source.errorAt(['connection', 'tls', 'ca'], `${what} ${error}`)] };
}

/** The flows with the dates in place of the name of each holidays file. */
export function embedHolidays(
  source: YamlFile,
  flows: readonly Flow[],
  texts: ReferencedTexts,
): { readonly flows: Flow[]; readonly errors: readonly PartnerFileError[] } {
  const errors: PartnerFileError[] = [];
  const embedded = flows.map((flow, flowIndex): Flow => {
    if (flow.direction === 'push') return flow;
    const expect = flow.expect.map((expectation, index) => {
      if (typeof expectation.holidays !== 'string') return expectation;
      const { holidays, error } = datesIn(expectation.holidays, texts);
      const path = ['flows', flowIndex, 'expect', index, 'holidays'];
      if (error !== undefined) errors.push(source.errorAt(path, error));
      return { ...expectation, holidays };
    });
    return { ...flow, expect };
  });
  return { flows: embedded, errors };
}

function datesIn(
  name: string,
  texts: ReferencedTexts,
): { readonly holidays: string[]; readonly error: string | undefined } {
  const text = texts.get(name);
  if (text === undefined) return { holidays: [], error: `names the file ${name}, which ${unreadable}` };
  const parsed = parseHolidays(text);
  if ('dates' in parsed) return { holidays: [...parsed.dates], error: undefined };
  const line = JSON.stringify(parsed.badLine.slice(0, 60));
  const error = `names the file ${name}, in which the line ${line} does not start with a date like 2026-12-25`;
  return { holidays: [], error };
}

const unreadable = "cannot be read; put it in the partner file's folder";

function authorityError(text: string | undefined): string | undefined {
  if (text === undefined) return unreadable;
  // The partner file is deployed where operators can read it.
  if (text.includes('PRIVATE KEY-----'))
    return 'contains a private key; store private keys in the secret only';
  if (text.includes('-----BEGIN CERTIFICATE-----')) return undefined;
  return 'contains no PEM certificate; it must have a block that starts with -----BEGIN CERTIFICATE-----';
}

function isPem(ca: string): boolean {
  return ca.includes('-----BEGIN');
}
