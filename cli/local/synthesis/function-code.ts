import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { StackAssembly } from '../template/assembly.ts';

/** Where the built code of each function is, by the function's logical id: the same in every stage and for all partners. */
export type FunctionCode = Readonly<Record<string, string>>;

const functionCodeSchema = z.record(z.string(), z.string());
const codeSchema = z.object({ Code: z.object({ S3Key: z.string() }) });

/** The code of an assembly whose functions were built. */
export function codeOf(assembly: StackAssembly): FunctionCode {
  return Object.fromEntries(
    functionKeys(assembly).map(([logicalId, key]) => [logicalId, assembly.assetFolders.get(key) ?? '']),
  );
}

/** The assembly with code that was built for another one; undefined where that lacks one of its functions, or is gone. */
export function withCode(assembly: StackAssembly, code: FunctionCode): StackAssembly | undefined {
  const assetFolders = new Map<string, string>();
  for (const [logicalId, key] of functionKeys(assembly)) {
    const folder = code[logicalId];
    if (folder === undefined || !existsSync(folder)) return undefined;
    assetFolders.set(key, folder);
  }
  return { ...assembly, assetFolders };
}

/** What an earlier synthesis has built; undefined where there was none. */
export function readFunctionCode(file: string): FunctionCode | undefined {
  try {
    return functionCodeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

export function writeFunctionCode(file: string, code: FunctionCode): void {
  writeFileSync(file, `${JSON.stringify(code, undefined, 2)}\n`);
}

function functionKeys({ template }: StackAssembly): readonly (readonly [string, string])[] {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
    .map(([logicalId, { Properties }]) => [logicalId, codeSchema.parse(Properties).Code.S3Key] as const);
}
