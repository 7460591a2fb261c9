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
import { stackName } from '../../../lambdas/contract/names.ts';
import { readAssembly, type StackAssembly } from '../template/assembly.ts';
import { LocalUsageFault } from '../usage-fault.ts';
import { codeOf, type FunctionCode, readFunctionCode, withCode, writeFunctionCode } from './function-code.ts';
import { type AppRun, projectFolder, runApp } from './run-app.ts';
import { sourceDigest } from './source-digest.ts';

export interface SynthesisOptions {
  readonly stage: string;
  readonly partnersFolder: string;
  /** Where outputs are kept: `<digest of the sources>/<digest of stage and partner files>`. */
  readonly outputsFolder: string;
  readonly onProgress: (text: string) => void;
}

/** What the app and the functions are made from. */
const sources = ['infra', 'lambdas', 'cdk.json', 'package-lock.json', 'tsconfig.json'];

/** Partner files count apart from the app that reads them. */
const ownPartners = join(projectFolder, 'infra', 'partners');

/** Going back and forth between a few partner folders shall not synthesize each time; more than these is litter. */
const keptOutputs = 8;

/**
 * The stack that the app of infra/ makes for this stage and these partner files: the one of last time where nothing has
 * changed, and with the functions of last time where only stage or partner files have. The caller holds the data folder.
 * @throws LocalUsageFault where the app finds the partner files or the stage wrong, in its own words.
 */
export async function synthesize(options: SynthesisOptions): Promise<StackAssembly> {
  const partners = resolve(options.partnersFolder);
  if (!statSync(partners, { throwIfNoEntry: false })?.isDirectory()) {
    throw new LocalUsageFault(`There is no folder of partner files ${partners}. Name one with --partners.`);
  }
  const paths = sources.map((each) => join(projectFolder, each));
  const sourcesFolder = join(options.outputsFolder, sourceDigest(paths, { except: [ownPartners] }));
  const output = join(sourcesFolder, sourceDigest([partners], { word: options.stage }));
  const codeFile = join(sourcesFolder, 'functions.json');
  const run = { stage: options.stage, partners, output };

  const earlierCode = readFunctionCode(codeFile);
  if (earlierCode !== undefined) {
    if (!existsSync(output)) {
      options.onProgress('Reading the partner files into the workflow (only after a change of theirs)');
      await makeOutput({ ...run, functions: 'leave' });
    }
    const assembly = withCode(readAssembly(output, stackName(options.stage)), earlierCode);
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
  writeFunctionCode(codeFile, codeOf(assembly));
  return assembly;
}

/** A run that was killed leaves a draft that nobody takes for an output. */
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

/** The output that was built for another one stays as long as its code is used. */
function removeOldOutputs(sourcesFolder: string, code: FunctionCode): void {
  const codeFolders = Object.values(code);
  const outputs = readdirSync(sourcesFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(sourcesFolder, name))
    .filter((output) => !codeFolders.some((folder) => folder.startsWith(`${output}${sep}`)))
    .toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const output of outputs.slice(keptOutputs)) rmSync(output, { recursive: true, force: true });
}
