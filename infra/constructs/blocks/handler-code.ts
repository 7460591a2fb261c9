import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AssetHashType } from 'aws-cdk-lib';
import { Code, Runtime } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import {
  type FunctionName,
  operationsFunctions,
  pullSteps,
  pushFunctions,
} from '../../../lambdas/contract/names.ts';

/** The SDK of the runtime is not used: each bundle contains the version that was tested. */
export const functionRuntime = Runtime.NODEJS_24_X;

const root = join(import.meta.dirname, '../../..');

/** The handlers by output path: each bundle is `<function name>/index.mjs`. */
const entryPoints = Object.fromEntries([
  ...pullSteps.map((name) => [`${name}/index`, `lambdas/pull/${name}/${name}.handler.ts`]),
  ...pushFunctions.map((name) => [`${name}/index`, `lambdas/push/${name}/${name}.handler.ts`]),
  ...operationsFunctions.map((name) => [`${name}/index`, `lambdas/${name}/${name}.handler.ts`]),
]);

interface BuiltFile {
  readonly path: string;
  readonly contents: Uint8Array;
}

/**
 * The code of the functions: one bundle with its source map for each handler. The first bundle that is
 * needed builds all of them, because one esbuild process for each takes several times as long.
 */
export class HandlerCode {
  #built: readonly BuiltFile[] | undefined;

  /**
   * A new asset at each call, hashed by its output. Builds nothing when the app is synthesized without
   * bundling.
   */
  asset(name: FunctionName): Code {
    return Code.fromAsset(join(root, 'lambdas'), {
      assetHashType: AssetHashType.OUTPUT,
      bundling: {
        // Docker never runs, because the local build either succeeds or throws. CDK still uses image and
        // command to tell two assets apart.
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

/** @throws BuildFailure of esbuild, which also prints the error and its location to stderr. */
function buildHandlers(): readonly BuiltFile[] {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints,
    // Source maps hold paths relative to this folder: the same sources give the same asset on every machine.
    outdir: root,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'],
    minify: true,
    // The workflow's Retry matches error names, and stack traces show function names.
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
