import { type RunDocument, type RunPlace, runFlow } from '../support/real-partner/run-flow.ts';
import { type ProcessCost, type ProcessWatch, watchProcesses } from './watch-processes.ts';

export interface MeasuredRun {
  readonly document: RunDocument;
  /** From the start of the command to its end: the local stack's own start and stop, and the run. */
  readonly commandSeconds: number;
  /** From StartRun to FinishRun. */
  readonly runSeconds: number;
  /** The function that moves files; undefined where there was nothing to move. */
  readonly worker: ProcessCost | undefined;
}

/** Runs `ftps-sync run` and measures what it takes. @throws Error where it ends with anything but 0. */
export async function measuredRun(place: RunPlace): Promise<MeasuredRun> {
  const watches: ProcessWatch[] = [];
  const startMs = performance.now();
  try {
    const document = await runFlow(place, { onStart: (pid) => void watches.push(watchProcesses(pid)) });
    const commandSeconds = (performance.now() - startMs) / 1000;
    const worker = watches[0]?.end().functions.get('transfer-batch');
    return { document, commandSeconds, runSeconds: document.seconds, worker };
  } finally {
    for (const watch of watches) watch.end();
  }
}
