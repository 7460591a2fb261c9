import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { sourceDigest } from './source-digest.ts';
import { LocalUsageFault } from './usage-fault.ts';

export interface SynthesisOptions {
  readonly stage: string;
  readonly partnersFolder: string;
  /** Where outputs are kept, each under the digest of what it was made from. */
  readonly outputsFolder: string;
  readonly onProgress: (text: string) => void;
}

const projectFolder = fileURLToPath(new URL('../..', import.meta.url));
const sources = ['infra', 'lambdas', 'cdk.json', 'package-lock.json', 'tsconfig.json'];

/** How the app says that its options or the partner files are wrong. */
const usageExitCode = 2;

/** Going back and forth between a few partner folders shall not synthesize each time; more than these is litter. */
const keptOutputs = 4;

const cdkJsonSchema = z.object({ context: z.record(z.string(), z.json()).default({}) });

/**
 * The folder with the app's synthesized output for this stage and these partner files: the one of last time, where
 * nothing that it was made from has changed.
 * @throws LocalUsageFault with the app's own text, where it finds the partner files or the stage wrong.
 */
export async function synthesize(options: SynthesisOptions): Promise<string> {
  const partners = resolve(options.partnersFolder);
  if (!statSync(partners, { throwIfNoEntry: false })?.isDirectory()) {
    throw new LocalUsageFault(`There is no folder of partner files ${partners}. Name one with --partners.`);
  }
  const paths = [...sources.map((each) => join(projectFolder, each)), partners];
  const folder = join(options.outputsFolder, sourceDigest(paths, options.stage, partners));
  if (existsSync(folder)) {
    utimesSync(folder, new Date(), new Date());
    return folder;
  }
  options.onProgress('Building the functions and the workflow (only after a change)');
  const draft = mkdtempSync(join(options.outputsFolder, 'draft-'));
  try {
    await runApp(draft, { stage: options.stage, partners });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  removeOldOutputs(options.outputsFolder);
  return folder;
}

async function runApp(
  output: string,
  context: { readonly stage: string; readonly partners: string },
): Promise<void> {
  const cdkJson = cdkJsonSchema.parse(JSON.parse(readFileSync(join(projectFolder, 'cdk.json'), 'utf8')));
  const child = spawn(process.execPath, [join('infra', 'app.ts')], {
    cwd: projectFolder,
    env: {
      ...process.env,
      CDK_OUTDIR: output,
      // Given whole: the feature flags of cdk.json shape the template.
      CDK_CONTEXT_JSON: JSON.stringify({ ...cdkJson.context, ...context }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (exitCode === 0) return;
  if (exitCode === usageExitCode) throw new LocalUsageFault(said.trim());
  throw new Error(`infra/app.ts ended with exit code ${exitCode}:\n${said}`);
}

/** Drafts of runs that were killed go too: the caller holds the data folder's lock. */
function removeOldOutputs(outputsFolder: string): void {
  const folders = readdirSync(outputsFolder)
    .map((name) => join(outputsFolder, name))
    .toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  const stale = folders.filter((folder, index) => index >= keptOutputs || folder.includes('/draft-'));
  for (const folder of stale) rmSync(folder, { recursive: true, force: true });
}
