/** What a leak would make grow: of this process, which is the local stack. */
export interface Resources {
  readonly heapMebibytes: number;
  /** Sockets, timers, child processes. */
  readonly handles: number;
}

const mebibyte = 1024 * 1024;

/** @param collect a garbage collection, so that only what is still referenced counts. */
export function measureResources(collect: (() => void) | undefined): Resources {
  collect?.();
  return {
    heapMebibytes: Math.round(process.memoryUsage().heapUsed / mebibyte),
    handles: process.getActiveResourcesInfo().length,
  };
}

/** The lowest of the samples: peaks during work say nothing about what stays. */
export function lowest(samples: readonly Resources[]): Resources {
  return {
    heapMebibytes: Math.min(...samples.map(({ heapMebibytes }) => heapMebibytes)),
    handles: Math.min(...samples.map(({ handles }) => handles)),
  };
}
