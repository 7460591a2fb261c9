import {
  type PartnerFiles,
  parsePartnerFiles,
} from '../../../../lambdas/contract/partner-file/parse-partner-files.ts';
import { YamlFile } from '../../../../lambdas/contract/partner-file/yaml-file.ts';

/** A valid partner file, line by line, with some of its lines replaced. */
export function partnerYaml(changes: Readonly<Record<string, string>> = {}): string {
  const lines = {
    partner: 'partner: acme',
    connection: 'connection:',
    host: '  host: ftps.acme.example',
    security: '  security: explicit',
    secret: '  secret: ftps-sync/acme',
    more: '',
    flows: 'flows:',
    name: '  - name: invoices',
    direction: '    direction: pull',
    remote: '    remote: /outgoing/invoices',
    prefix: '    prefix: acme/invoices/',
    rest: '',
  };
  return Object.values({ ...lines, ...changes })
    .filter((line) => line !== '')
    .join('\n');
}

export interface ParsedFolder extends PartnerFiles {
  /** Every error as `file:line:column key message`. */
  readonly shown: readonly string[];
}

/** Parses a folder that has these files. */
export function parseFolder(files: Readonly<Record<string, string>>): ParsedFolder {
  const referenced = new Map(Object.entries(files));
  const names = Object.keys(files).filter((name) => /\.ya?ml$/.test(name));
  const parsed = parsePartnerFiles(
    names.map((name) => ({ yaml: new YamlFile({ file: name, name, content: files[name] }), referenced })),
  );
  const shown = parsed.errors.map(({ file, line, column, key, message }) => {
    return `${file}:${line}:${column} ${key} ${message}`;
  });
  return { ...parsed, shown };
}
