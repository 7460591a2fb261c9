import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AssetHashType } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import {
  type FunctionName,
  operationsFunctions,
  pullSteps,
  pushFunctions,
} from '../../lambdas/contract/names.ts';
import { functionRuntime } from './function-runtime.ts';

const root = join(import.meta.dirname, '../..');

/** The handlers by the names of their functions. In the output, each is `<name>/index.mjs`. */
const entryPoints = Object.fromEntries([
  ...pullSteps.map((name) => [`${name}/index`, `lambdas/pull/${name}.handler.ts`]),
  ...pushFunctions.map((name) => [`${name}/index`, `lambdas/push/${name}.handler.ts`]),
  ...operationsFunctions.map((name) => [`${name}/index`, `lambdas/${name}/${name}.handler.ts`]),
]);

interface BuiltFile {
  readonly path: string;
  readonly contents: Uint8Array;
}

/**
 * The code of the functions: each handler in one file with all it needs, beside its source map. All are built together when
 * the first is asked for, because starting a bundler for each takes several times as long.
 */
export class HandlerCode {
  #built: readonly BuiltFile[] | undefined;

  /** A new asset at each call, known by what is in it. Nothing is built where the app is synthesized without its bundles. */
  of(name: FunctionName): Code {
    return Code.fromAsset(join(root, 'lambdas'), {
      assetHashType: AssetHashType.OUTPUT,
      bundling: {
        // Never run: the build below succeeds or throws. Image and command still are what CDK tells two assets apart by.
        image: functionRuntime.bundlingImage,
        command: [name],
        local: {
          tryBundle: (folder) => {
            this.#write(name, folder);
            return true;
          },
        },
      },
    });
  }

  #write(name: string, folder: string): void {
    this.#built ??= buildHandlers();
    mkdirSync(folder, { recursive: true });
    for (const { path, contents } of this.#built) {
      if (basename(dirname(path)) === name) writeFileSync(join(folder, basename(path)), contents);
    }
  }
}

/** @throws BuildFailure of esbuild, which also says on stderr what is wrong and where. */
function buildHandlers(): readonly BuiltFile[] {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints,
    // Source maps name the sources from here, whoever synthesizes to wherever: equal sources are equal assets.
    outdir: root,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'],
    minify: true,
    // The workflow's Retry goes by the names of errors, and people by those in a stack trace.
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    banner: {
      // Some dependencies are CommonJS and call require, which an ES module does not have.
      js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
    },
  });
  return outputFiles;
}
