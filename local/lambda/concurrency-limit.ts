import { totalmem } from 'node:os';

/** A Lambda account has this many concurrent executions by default, and at least ten. */
const accountLimit = { min: 10, max: 1000 };

/** The share of the machine's memory for running functions; the rest is for the services and the operator. */
const functionShare = 0.75;

/**
 * How many functions run at the same time by default: as many as fit into three quarters of the memory if all
 * of them used what the largest may use, within what AWS gives an account.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export function defaultConcurrency(
  functions: readonly { readonly memoryMegabytes: number }[],
  memoryBytes: number,
): number {
  const largestMegabytes = Math.max(128, ...functions.map(({ memoryMegabytes }) => memoryMegabytes));
  const fitting = Math.floor((memoryBytes * functionShare) / (largestMegabytes * 1024 * 1024));
  return Math.min(accountLimit.max, Math.max(accountLimit.min, fitting));
}

/** The memory of this machine, or of the container that limits this process. */
export function machineMemoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
