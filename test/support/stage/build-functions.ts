import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { projectFolder } from '../../../cli/local/synthesis/run-app.ts';
import { synthesize } from '../../../cli/local/synthesis/synthesize.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of synthesized outputs with the functions that all test files share. */
    readonly builtOutputs: string;
  }
}

/** Builds the functions once for all test files, which takes longer than most of them: vitest calls it before the first one. */
export async function setup(project: TestProject): Promise<() => void> {
  const outputsFolder = mkdtempSync(join(tmpdir(), 'ftps-sync-built-'));
  await synthesize({
    stage: 'local',
    partnersFolder: join(projectFolder, 'infra', 'partners'),
    outputsFolder,
    onProgress: () => undefined,
  });
  project.provide('builtOutputs', outputsFolder);
  return () => rmSync(outputsFolder, { recursive: true, force: true });
}
