import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { projectFolder } from '../../../local/cdk-synth/run-app.ts';
import { synthesize } from '../../../local/cdk-synth/synthesize.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with the synthesized functions, which all test files share. */
    readonly builtOutputs: string;
  }
}

/**
 * Global setup of vitest: builds the functions once for all test files, which takes longer than most of them.
 */
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
