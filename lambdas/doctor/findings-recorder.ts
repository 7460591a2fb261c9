import type { Trait, Traits } from '../core/connection/known-server.ts';
import { evaluateError } from '../core/doctor/error.ts';
import type { ExaminedPartner } from '../core/doctor/examined-partner.ts';
import {
  type DoctorStep,
  type Finding,
  finding,
  type Setting,
  type StepFinding,
} from '../core/doctor/finding.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { PartnerError } from '../partners/partner-error.ts';

export interface StepResult {
  readonly findings: readonly Finding[];
  /** What to remember of the server. */
  readonly traits?: Traits;
}

/** A result with one finding. */
export function stepResult(only: Finding, traits: Traits = {}): StepResult {
  return { findings: [only], traits };
}

/** Records what each step finds, and how long it took. */
export class FindingsRecorder {
  readonly #partner: ExaminedPartner;
  readonly #signal: AbortSignal;
  readonly #findings: StepFinding[] = [];
  readonly #traits: Partial<Record<Trait, string>> = {};

  constructor(partner: ExaminedPartner, signal: AbortSignal) {
    this.#partner = partner;
    this.#signal = signal;
  }

  get findings(): readonly StepFinding[] {
    return this.#findings;
  }

  get traits(): Traits {
    return this.#traits;
  }

  /**
   * The settings that the findings suggest; of several values for one the last: later steps know more.
   */
  get settings(): readonly Setting[] {
    const byPath = new Map<string, Setting>();
    for (const setting of this.#findings.flatMap(({ settings }) => settings)) {
      byPath.set(JSON.stringify(setting.path), setting);
    }
    return [...byPath.values()];
  }

  /**
   * Runs one step. An error of the partner's server or secret is recorded as its finding.
   * @returns that error; undefined where the step completed. @throws FtpsError `partner-busy`, internal
   * errors, and the signal's reason.
   */
  async step(
    name: DoctorStep,
    check: () => Promise<StepResult>,
  ): Promise<FtpsError | PartnerError | undefined> {
    this.#signal.throwIfAborted();
    const startedMs = performance.now();
    try {
      const { findings, traits = {} } = await check();
      Object.assign(this.#traits, traits);
      this.#record(name, findings, startedMs);
      return undefined;
    } catch (error) {
      if (this.#signal.aborted || !(error instanceof FtpsError || error instanceof PartnerError)) throw error;
      if (error instanceof FtpsError && error.kind === 'partner-busy') throw error;
      this.#record(name, [this.#toFinding(error)], startedMs);
      return error;
    }
  }

  /** Replaces a step's finding with one that a later step has learned. */
  replace(name: DoctorStep, replacement: Finding): void {
    const index = this.#findings.findIndex(({ step }) => step === name);
    const before = this.#findings[index];
    if (before !== undefined) this.#findings[index] = { ...before, ...replacement };
  }

  #record(step: DoctorStep, findings: readonly Finding[], startedMs: number): void {
    const seconds = (performance.now() - startedMs) / 1000;
    for (const each of findings) this.#findings.push({ ...each, step, seconds });
  }

  #toFinding(error: FtpsError | PartnerError): Finding {
    if (error instanceof FtpsError) {
      const { kind, answer, remedy, security } = error;
      return evaluateError({ error: kind, answer, remedy, security }, this.#partner);
    }
    return finding('error', {
      found: error.message,
      means: 'No flow of this partner can log in.',
      advice: `Create the secret ${this.#partner.connection.secret} (connection.secret) with user and password.`,
    });
  }
}
