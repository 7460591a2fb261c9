import type { RunReport } from '../contract/documents/run-report.ts';
import type { Events, EventType } from '../contract/events/event.ts';
import { runEndDetail } from '../contract/events/run-event.ts';
import type { Run } from '../contract/workflow.ts';
import { type Bus, publishCounted } from '../events/bus.ts';
import type { Log } from '../runtime/log.ts';
import type { Meter } from '../runtime/metrics.ts';

export interface RunEventTarget {
  readonly bus: Bus;
  readonly meter: Meter;
  readonly stage: string;
}

/** A run that has ended. */
export interface EndedRun {
  readonly report: RunReport;
  /** The first of them, where there are many. */
  readonly failedFiles: readonly {
    readonly path: string;
    readonly error: string;
    readonly message: string;
  }[];
}

type ErrorLog = Pick<Log, 'error'>;

/** Failed files of a run that have an event each. */
const maxFileEvents = 20;

const unknownCause = { error: 'internal', message: 'The cause is not known. See the logs of the run.' };

/**
 * The events of a pull: each is put on the bus, and the end of a run is counted in metrics. A bus that does
 * not take an event must not keep a run from ending, so that is logged and counted; no alarm depends on an
 * event.
 */
export class RunEvents {
  readonly #target: RunEventTarget;

  constructor(target: RunEventTarget) {
    this.#target = target;
  }

  async publishStarted({ partner, flow, runId: run, startedAt }: Run, log: ErrorLog): Promise<void> {
    const { stage } = this.#target;
    await this.#publish('run.started', { stage, partner, flow, run, startedAt }, log);
  }

  /** Publishes the run's first failed files, and its end. Where FinishRun is repeated, it does so twice. */
  async publishEnded({ report, failedFiles }: EndedRun, log: ErrorLog): Promise<void> {
    this.#count(report);
    const { stage } = this.#target;
    const { partner, flow, run, failed: failedInRun, status, cause } = report;
    for (const { path, error, message } of failedFiles.slice(0, maxFileEvents)) {
      const detail = { stage, partner, flow, run, path, error, message, failedInRun };
      await this.#publish('file.failed', detail, log);
    }
    const end = { stage, ...runEndDetail(report) };
    switch (status) {
      case 'succeeded':
      case 'incomplete':
        return this.#publish('run.completed', { ...end, status, cause }, log);
      case 'halted':
        return this.#publish('run.halted', { ...end, cause: cause ?? unknownCause }, log);
      case 'failed':
        return this.#publish('run.failed', { ...end, cause: cause ?? unknownCause }, log);
      case 'busy':
      case 'paused':
        return;
    }
    return status satisfies never;
  }

  #count({ status, seconds, transferred, bytes, failed, partner, flow, run }: RunReport): void {
    this.#target.meter.recordForStage(
      {
        RunsHalted: status === 'halted' ? 1 : 0,
        FilesTransferred: transferred,
        BytesTransferred: bytes,
        FilesFailed: failed,
      },
      { partner, flow, run, status, seconds },
    );
  }

  async #publish<T extends EventType>(type: T, detail: Events[T], log: ErrorLog): Promise<void> {
    const { bus, meter } = this.#target;
    await publishCounted(bus, { type, detail }, { log, meter }).catch(() => undefined);
  }
}
