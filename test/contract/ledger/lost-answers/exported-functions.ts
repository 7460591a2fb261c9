import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const ledgerFolder = join(import.meta.dirname, '../../../../lambdas/ledger');

/** The names of the ledger's exported functions that take the table, without the primitives of its writes. */
export async function functionsOfTheTable(): Promise<readonly string[]> {
  const files = (await readdir(ledgerFolder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const modules = await Promise.all(
    files
      .filter((file) => file !== 'write-item.ts')
      .map((file): Promise<Record<string, unknown>> => import(join(ledgerFolder, file))),
  );
  return modules
    .flatMap((module) => Object.entries(module))
    .filter(([, value]) => typeof value === 'function' && takesTable(String(value)))
    .map(([name]) => name)
    .toSorted();
}

function takesTable(source: string): boolean {
  return /^(?:async )?function\s*\*?\s*\w+\(\s*table\b/.test(source);
}
