import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type PartnerFiles, readPartnerFiles } from '../../../lambdas/contract/read-partner-file.ts';

/** A partner file that has nothing wrong with it, line by line, with lines put in the place of others. */
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

export interface ReadFolder extends PartnerFiles {
  /** Every fault as `file:line:column key message`. */
  readonly shown: readonly string[];
}

/** Writes the files into a folder of their own, which goes with the test, and reads them. */
export async function readFolder(files: Readonly<Record<string, string>>): Promise<ReadFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'partner-files-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const read = await readPartnerFiles(folder);
  const shown = read.faults.map(({ file, line, column, key, message }) => {
    return `${file.slice(folder.length + 1)}:${line}:${column} ${key} ${message}`;
  });
  return { ...read, shown };
}
