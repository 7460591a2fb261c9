import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { StackAssembly } from '../cloudformation/assembly.ts';

/**
 * The folder with the built code of each function, by the function's logical id. The code is the same for
 * every stage and all partners.
 */
export type FunctionCode = Readonly<Record<string, string>>;

const functionCodeSchema = z.record(z.string(), z.string());
const codeSchema = z.object({ Code: z.object({ S3Key: z.string() }) });

/** The code of an assembly with built functions. */
export function readBuiltCode(assembly: StackAssembly): FunctionCode {
  return Object.fromEntries(
    listFunctionKeys(assembly).map(([logicalId, key]) => [logicalId, assembly.assetFolders.get(key) ?? '']),
  );
}

/**
 * The assembly with code that was built for another one; undefined when the code of a function is missing.
 */
export function withCode(assembly: StackAssembly, code: FunctionCode): StackAssembly | undefined {
  const assetFolders = new Map<string, string>();
  for (const [logicalId, key] of listFunctionKeys(assembly)) {
    const folder = code[logicalId];
    if (folder === undefined || !existsSync(folder)) return undefined;
    assetFolders.set(key, folder);
  }
  return { ...assembly, assetFolders };
}

/** The code of an earlier synthesis; undefined when there is none, or its file is damaged. */
export function readFunctionCode(file: string): FunctionCode | undefined {
  try {
    return functionCodeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // It is built again, which takes seconds.
    return undefined;
  }
}

export function writeFunctionCode(file: string, code: FunctionCode): void {
  writeFileSync(file, `${JSON.stringify(code, undefined, 2)}\n`);
}

function listFunctionKeys({ template }: StackAssembly): readonly (readonly [string, string])[] {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
    .map(([logicalId, { Properties }]) => [logicalId, codeSchema.parse(Properties).Code.S3Key] as const);
}
