import type { ClockShift } from '../../core/plan/clock-shift.ts';

/** Files whose recorded bytes show that a server's clock moved, and that their directory has not changed. */
const enoughFiles = 3;

/**
 * What the bytes of files have shown in this invocation about a change of the server's clock. One file with
 * other bytes shows that times tell nothing here.
 */
export class ShiftEvidence {
  readonly #equal = new Map<number, number>();
  readonly #refuted = new Set<number>();

  /** Whether a file that moved so can be taken as unchanged without its bytes. */
  isEnoughFor({ minutes, isOfDirectory }: ClockShift): boolean {
    return isOfDirectory && !this.#refuted.has(minutes) && (this.#equal.get(minutes) ?? 0) >= enoughFiles;
  }

  /** Call it for each file whose bytes were compared. */
  note({ minutes }: ClockShift, bytes: 'equal' | 'other'): void {
    if (bytes === 'other') this.#refuted.add(minutes);
    else this.#equal.set(minutes, (this.#equal.get(minutes) ?? 0) + 1);
  }
}
