import { readdirSync, readFileSync } from 'node:fs';
import type { FunctionName } from '../../../lambdas/contract/names.ts';

/** Whose functions: those of one data folder, and of one step where it is named. */
export interface FunctionsOf {
  readonly dataFolder: string;
  readonly step?: FunctionName;
}

/** Why a test is skipped elsewhere. */
export const noProc = 'Only Linux shows the environment of other processes, by which a function is told.';

/** The processes that run a stage's functions now. They are told by their environment in /proc. */
export function functionPids({ dataFolder, step }: FunctionsOf): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const environment = environmentOf(pid);
      const isOfFolder = environment.some((each) => each.startsWith(`LAMBDA_TASK_ROOT=${dataFolder}/`));
      const isOfStep = environment.some(
        (each) => each.startsWith('AWS_LAMBDA_FUNCTION_NAME=') && each.endsWith(step ?? ''),
      );
      return isOfFolder && isOfStep;
    })
    .map(Number);
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    // It has ended meanwhile, or is somebody else's.
    return [];
  }
}
