import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 collect garbage in one go, which for our small heaps takes some milliseconds, and not step by step beside the work. What
 * comes from a socket is memory outside of V8's heap: each 16 MiB of it make V8 begin another step-by-step collection of a heap that
 * has hardly changed, which is two fifths of the processor time of a transfer (test/bench/big-pull.ts).
 * To be called before the work begins. NODE_OPTIONS does not take this flag.
 */
export function collectInOneGo(): void {
  setFlagsFromString('--no-incremental-marking');
}
