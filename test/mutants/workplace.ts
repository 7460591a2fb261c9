import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { projectFolder } from '../../local/cdk-synth/run-app.ts';
import { applyMutant, type Mutant } from './mutant.ts';

const notCopied = new Set(['node_modules', 'cdk.out', '.git', '.ftps-sync']);

/** A copy of the project, so that nobody's checkout is ever mutated. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'ftps-sync-mutants-'));

  constructor() {
    cpSync(projectFolder, this.folder, {
      recursive: true,
      filter: (path) => !notCopied.has(relative(projectFolder, path)),
    });
    mkdirSync(join(this.folder, 'node_modules'), { recursive: true });
    rmSync(join(this.folder, 'node_modules'), { recursive: true });
    symlinkSync(join(projectFolder, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Runs `work` while the copy has the mutant. */
  async with<T>(mutant: Mutant, work: () => Promise<T>): Promise<T> {
    const path = join(this.folder, mutant.file);
    const original = readFileSync(path, 'utf8');
    writeFileSync(path, applyMutant(mutant, original));
    try {
      return await work();
    } finally {
      writeFileSync(path, original);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
