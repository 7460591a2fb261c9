import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

/**
 * Links the functions that were built for all test files into a data folder, so that only its partner files
 * remain to be synthesized. Their code has a path in the data folder, by which {@link functionPids} finds
 * them.
 */
export function shareFunctions(dataFolder: string): void {
  const built = inject('builtOutputs');
  for (const sources of readdirSync(built)) {
    const folder = join(dataFolder, 'cdk.out', sources);
    const link = join(folder, 'built');
    mkdirSync(folder, { recursive: true });
    symlinkSync(join(built, sources), link);
    const code = readFileSync(join(built, sources, 'functions.json'), 'utf8');
    writeFileSync(join(folder, 'functions.json'), code.replaceAll(join(built, sources), link));
  }
}
