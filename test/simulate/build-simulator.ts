import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { History, Outcome } from './machine/history.ts';

/** A simulator: the product's code, bundled with the models of its world. */
export interface Simulator {
  readonly runSeed: (seed: number, options?: { scenario?: 'pull' | 'push' | undefined }) => Promise<Outcome>;
  readonly replay: (history: History, options?: { readonly tells?: boolean }) => Promise<Outcome>;
}

/** A change of the product's code: the exact text of a defence, and what stands in its place. */
export interface Replacement {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const here = import.meta.dirname;
const root = join(here, '..', '..');

/**
 * Modules of Node.js, of AWS and of the product that reach out of the process, and what stands in for them.
 */
const standIns: readonly (readonly [wanted: RegExp, file: string])[] = [
  [/^node:timers\/promises$/, 'timers-promises.ts'],
  [/^node:stream(\/promises)?$/, 'streams.ts'],
  [/^node:crypto$/, 'crypto.ts'],
  [/^@aws-sdk\/client-s3$/, 'client-s3.ts'],
  [/^@aws-sdk\/(client|lib|util)-dynamodb$/, 'client-dynamodb.ts'],
  [/^@aws-sdk\/client-sqs$/, 'client-sqs.ts'],
  [/^@aws-sdk\/client-(eventbridge|ssm|secrets-manager)$/, 'other-clients.ts'],
  [/^@middy\/core$|^@aws-lambda-powertools\//, 'middy.ts'],
  [/\/report-page\.ts$/, 'report-page.ts'],
  [/\/open-session\.ts$/, 'open-session.ts'],
  [/\/data-connection\.ts$/, 'data-connection.ts'],
  [/\/data\/receive\.ts$/, 'receive.ts'],
  [/\/data\/send\.ts$/, 'send.ts'],
];

/**
 * Bundles the product with the models. The clock, the timers, chance, AWS and the sockets of the product are
 * the models'; everything else is the product's own code. @param replacements changes of the product's code,
 * to show what the simulator finds without it.
 */
export async function buildSimulator(replacements: readonly Replacement[] = []): Promise<Simulator> {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  const outfile = join(folder, 'simulator.cjs');
  try {
    await build({
      entryPoints: [join(here, 'entry.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      logLevel: 'error',
      define: { 'Math.random': 'modelRandom' },
      inject: [join(here, 'stand-ins', 'globals.ts')],
      plugins: [placeStandIns(), replaceDefences(replacements)],
    });
    return createRequire(import.meta.url)(outfile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function placeStandIns(): Plugin {
  return {
    name: 'stand-ins',
    setup: ({ onResolve }) => {
      onResolve({ filter: /.*/ }, ({ path, importer, resolveDir }) => {
        const isModel = importer.startsWith(here);
        if (isModel && path.startsWith('node:')) return undefined;
        const found = standIns.find(([wanted]) => wanted.test(resolved(path, resolveDir)));
        return found === undefined || isModel ? undefined : { path: join(here, 'stand-ins', found[1]) };
      });
    },
  };
}

/** A file of the product by its path, a package by its name. */
function resolved(path: string, resolveDir: string): string {
  return path.startsWith('.') ? join(resolveDir, path) : path;
}

function replaceDefences(replacements: readonly Replacement[]): Plugin {
  return {
    name: 'defences',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\/lambdas\/.*\.ts$/ }, ({ path }) => {
        const file = relative(root, path);
        const wanted = replacements.filter((replacement) => replacement.file === file);
        if (wanted.length === 0) return undefined;
        let contents = readFileSync(path, 'utf8');
        for (const { find, replace } of wanted) {
          if (contents.split(find).length !== 2)
            throw new Error(`${file} does not have this text once: ${find}`);
          contents = contents.replace(find, () => replace);
        }
        return { contents, loader: 'ts' };
      });
    },
  };
}
