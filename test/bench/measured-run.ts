import { type RunDocument, type RunPlace, runFlow } from '../support/real-partner/run-flow.ts';
import { type ProcessCost, type ProcessWatch, watchProcesses } from './watch-processes.ts';

export interface MeasuredRun {
  readonly document: RunDocument;
  /** Duration of the command: the run, and start and stop of the local stack. */
  readonly commandSeconds: number;
  /** Duration of the run, from StartRun to FinishRun. */
  readonly runSeconds: number;
  /** The function that transfers files; undefined when there was nothing to transfer. */
  readonly worker: ProcessCost | undefined;
}

/** Measures `ftps-sync run`. @throws Error when it exits with anything but 0. */
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
