import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 collect garbage in one pass instead of in incremental steps. Bytes from a socket are memory
 * outside V8's heap, and every 16 MiB of them start another incremental collection of a heap that has hardly
 * changed: two fifths of the processor time of a transfer (test/bench/big/pull.ts). For our small heaps one
 * pass takes a few milliseconds. Call it before the work begins: NODE_OPTIONS does not accept this flag.
 */
export function forceFullGc(): void {
  setFlagsFromString('--no-incremental-marking');
}
