import { readFileSync } from 'node:fs';

/** The resources used so far by the processes of one kind. */
export interface ProcessCost {
  /** Peak resident memory; of several processes, the maximum. */
  readonly peakResidentBytes: number;
  /** CPU time, user and system; of several processes, the sum. */
  readonly cpuSeconds: number;
}

export interface CommandCost {
  /** The command itself, which includes S3, DynamoDB and Step Functions of the local stack. */
  readonly command: ProcessCost;
  /** By function name without the stage: `transfer-batch`. */
  readonly functions: ReadonlyMap<string, ProcessCost>;
}

export interface ProcessWatch {
  /** Stops watching. */
  end(): CommandCost;
}

/** The kernel records the peak, so sampling misses only the last moments of a process. */
const intervalMs = 100;

/** `sysconf(_SC_CLK_TCK)`, the same on every Linux with Node. */
const ticksPerSecond = 100;

/**
 * Measures a command and the functions it runs as child processes, by /proc (proc(5)). It reads VmHWM because
 * the maximum of getrusage includes, across exec, what was resident in the parent at the fork.
 */
export function watchProcesses(pid: number): ProcessWatch {
  const seen = new Map<number, { readonly name: string; readonly cost: ProcessCost }>();
  let command: ProcessCost = { peakResidentBytes: 0, cpuSeconds: 0 };
  const look = () => {
    command = costOf(pid) ?? command;
    for (const child of childrenOf(pid)) {
      const name = seen.get(child)?.name ?? functionNameOf(child);
      const cost = costOf(child);
      if (name !== undefined && cost !== undefined) seen.set(child, { name, cost });
    }
  };
  const timer = setInterval(look, intervalMs);
  return {
    end() {
      clearInterval(timer);
      const functions = new Map<string, ProcessCost>();
      for (const { name, cost } of seen.values()) {
        const before = functions.get(name) ?? { peakResidentBytes: 0, cpuSeconds: 0 };
        functions.set(name, {
          peakResidentBytes: Math.max(before.peakResidentBytes, cost.peakResidentBytes),
          cpuSeconds: before.cpuSeconds + cost.cpuSeconds,
        });
      }
      return { command, functions };
    },
  };
}

/** The memory of a process's children together; pages that several share count once. */
export function childrenMemory(pid: number): { readonly count: number; readonly bytes: number } {
  const kibibytes = childrenOf(pid).flatMap((child) => {
    const proportional = /^Pss:\s+(\d+) kB$/m.exec(read(child, 'smaps_rollup') ?? '');
    return proportional === null ? [] : [Number(proportional[1])];
  });
  return { count: kibibytes.length, bytes: kibibytes.reduce((sum, each) => sum + each, 0) * 1024 };
}

function childrenOf(pid: number): readonly number[] {
  return (read(pid, `task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
}

function functionNameOf(pid: number): string | undefined {
  const name = /(?:^|\0)AWS_LAMBDA_FUNCTION_NAME=ftps-sync-[^-]+-([^\0]+)/.exec(read(pid, 'environ') ?? '');
  return name?.[1];
}

function costOf(pid: number): ProcessCost | undefined {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(read(pid, 'status') ?? '');
  // The name, in parentheses, may contain anything; utime and stime are the 12th and 13th field after it.
  const fields = (read(pid, 'stat') ?? '').replace(/^.*\) /s, '').split(' ');
  if (peak === null) return undefined;
  return {
    peakResidentBytes: Number(peak[1]) * 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
  };
}

/** Undefined when the process has ended. */
function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
