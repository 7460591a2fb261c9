import { readdirSync, readFileSync } from 'node:fs';
import type { FunctionName } from '../../../lambdas/contract/names.ts';

/** The functions of a data folder, or of one step of it. */
export interface FunctionsOf {
  readonly dataFolder: string;
  readonly step?: FunctionName;
}

/** Why a test is skipped on other systems. */
export const noProc = 'Functions are found by the environment of processes, which only Linux shows.';

/** The ids of the processes that run a stage's functions now, by their environment in /proc. */
export function functionPids({ dataFolder, step }: FunctionsOf): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const environment = readEnvironment(pid);
      const isInFolder = environment.some((each) => each.startsWith(`LAMBDA_TASK_ROOT=${dataFolder}/`));
      const isOfStep = environment.some(
        (each) => each.startsWith('AWS_LAMBDA_FUNCTION_NAME=') && each.endsWith(step ?? ''),
      );
      return isInFolder && isOfStep;
    })
    .map(Number);
}

function readEnvironment(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    // It has ended, or belongs to another user.
    return [];
  }
}
