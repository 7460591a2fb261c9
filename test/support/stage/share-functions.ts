import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

/**
 * Gives a data folder the functions that were built for all test files: what is left to synthesize are its own partner files. They are
 * seen through a link, so that the functions of a data folder can be told from others by where their code is.
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
