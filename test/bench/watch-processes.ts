import { readFileSync } from 'node:fs';

/** What a process and its like have cost so far. */
export interface ProcessCost {
  /** The most that was ever resident at once; of several processes, the one that had most. */
  readonly peakResidentBytes: number;
  /** Processor time, user and system; of several processes, together. */
  readonly cpuSeconds: number;
}

export interface CommandCost {
  /** The command itself: on the local stack it is also S3, DynamoDB and Step Functions. */
  readonly command: ProcessCost;
  /** By function name without its stage: `transfer-batch`. */
  readonly functions: ReadonlyMap<string, ProcessCost>;
}

export interface ProcessWatch {
  /** Stops watching. */
  end(): CommandCost;
}

/** The kernel keeps the peak itself, so a look now and then misses only what a process does in its last moment. */
const intervalMs = 100;

/** `sysconf(_SC_CLK_TCK)`, the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

/**
 * Watches a command and the functions it runs as its children, by /proc (proc(5)). VmHWM and not getrusage's maximum: that one
 * keeps, across exec, what the parent had resident when it forked.
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

function childrenOf(pid: number): readonly number[] {
  return (read(pid, `task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
}

function functionNameOf(pid: number): string | undefined {
  const name = /(?:^|\0)AWS_LAMBDA_FUNCTION_NAME=ftps-sync-[^-]+-([^\0]+)/.exec(read(pid, 'environ') ?? '');
  return name?.[1];
}

function costOf(pid: number): ProcessCost | undefined {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(read(pid, 'status') ?? '');
  // The name, in parentheses, may hold anything; utime and stime are the 12th and 13th field after it.
  const fields = (read(pid, 'stat') ?? '').replace(/^.*\) /s, '').split(' ');
  if (peak === null) return undefined;
  return {
    peakResidentBytes: Number(peak[1]) * 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
  };
}

/** Undefined where the process has ended meanwhile. */
function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
