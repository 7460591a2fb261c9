import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { stackName } from '../../lambdas/contract/names.ts';
import { UnsupportedTemplateError } from '../account/template-errors.ts';
import { LocalUsageError } from '../account/usage-error.ts';
import { readAssembly, type StackAssembly } from '../cloudformation/assembly.ts';
import {
  type FunctionCode,
  readBuiltCode,
  readFunctionCode,
  withCode,
  writeFunctionCode,
} from './function-code.ts';
import { type AppRun, projectFolder, runApp } from './run-app.ts';
import { sourceDigest } from './source-digest.ts';
import { stackInputs } from './stack-inputs.ts';

export interface SynthesisOptions {
  readonly stage: string;
  readonly partnersFolder: string;
  /** Outputs are in `<digest of the sources>/<digest of the stack's inputs>`. */
  readonly outputsFolder: string;
  readonly onProgress: (text: string) => void;
}

/** The files that the app and the functions are built from. */
const sources = ['infra', 'lambdas', 'cdk.json', 'package-lock.json', 'tsconfig.json'];

/** Not part of the app's digest: partner files have their own. */
const defaultPartners = join(projectFolder, 'infra', 'partners');

/** Enough to switch between a few partner folders without a new synthesis each time. */
const maxKeptOutputs = 8;

/**
 * Synthesizes the stack of infra/ for a stage and its partner files. Reuses the last output when nothing has
 * changed, and the last functions when only the stage or the partner files have. The caller must hold the
 * lock of the data folder.
 * @throws LocalUsageError with the message of the app, when a partner file or the stage name is wrong.
 */
export async function synthesize(options: SynthesisOptions): Promise<StackAssembly> {
  const partners = resolve(options.partnersFolder);
  if (!statSync(partners, { throwIfNoEntry: false })?.isDirectory()) {
    throw new LocalUsageError(
      `The folder of partner files ${partners} does not exist. Choose one with --partners.`,
    );
  }
  const paths = sources.map((each) => join(projectFolder, each));
  const sourcesFolder = join(options.outputsFolder, sourceDigest(paths, { except: [defaultPartners] }));
  const output = join(sourcesFolder, stackInputs(options));
  const codeFile = join(sourcesFolder, 'functions.json');
  const run = { stage: options.stage, partners, output };

  const earlierCode = readFunctionCode(codeFile);
  if (earlierCode !== undefined) {
    if (!existsSync(output)) {
      options.onProgress('Synthesizing the workflow for changed partner files');
      await makeOutput({ ...run, functions: 'skip' });
    }
    const assembly = readKeptOutput(run, earlierCode);
    if (assembly !== undefined) {
      utimesSync(output, new Date(), new Date());
      removeOldOutputs(sourcesFolder, earlierCode);
      return assembly;
    }
  }
  options.onProgress('Building the functions and the workflow (only after a change of the program)');
  rmSync(options.outputsFolder, { recursive: true, force: true });
  await makeOutput({ ...run, functions: 'build' });
  const assembly = readAssembly(output, stackName(options.stage));
  writeFunctionCode(codeFile, readBuiltCode(assembly));
  return assembly;
}

/** Undefined when the output is damaged, or the code of a function is missing: both are made again. */
function readKeptOutput(
  { stage, output }: Pick<AppRun, 'stage' | 'output'>,
  code: FunctionCode,
): StackAssembly | undefined {
  try {
    return withCode(readAssembly(output, stackName(stage)), code);
  } catch (error) {
    if (error instanceof UnsupportedTemplateError) throw error;
    return undefined;
  }
}

/** Writes to a draft first, so that a killed run never leaves a partial output. */
async function makeOutput(run: AppRun): Promise<void> {
  const parent = join(run.output, '..');
  mkdirSync(parent, { recursive: true });
  const draft = mkdtempSync(join(parent, 'draft-'));
  try {
    await runApp({ ...run, output: draft });
    renameSync(draft, run.output);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Removes all but the newest outputs, and keeps the one whose built code is in use. */
function removeOldOutputs(sourcesFolder: string, code: FunctionCode): void {
  const codeFolders = Object.values(code);
  const outputs = readdirSync(sourcesFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(sourcesFolder, name))
    .filter((output) => !codeFolders.some((folder) => folder.startsWith(`${output}${sep}`)))
    .toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const output of outputs.slice(maxKeptOutputs)) rmSync(output, { recursive: true, force: true });
}
