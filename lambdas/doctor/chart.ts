import { FtpsError } from '../ftps/ftps-error.ts';
import { PartnerError } from '../partners/partner-error.ts';
import { judgeFault } from '../sync/doctor-fault.ts';
import {
  type DoctorStep,
  type Finding,
  type Judgement,
  judged,
  type Setting,
} from '../sync/doctor-finding.ts';
import type { ExaminedPartner } from '../sync/examined-partner.ts';
import type { Trait, Traits } from '../sync/known-server.ts';

/** What a look at something came to: one judgement or several, and a word to keep of it. */
export interface Seen {
  readonly judgements: readonly Judgement[];
  readonly traits?: Traits;
}

/** Writes down what each step finds, and how long it took. */
export class Chart {
  readonly #partner: ExaminedPartner;
  readonly #signal: AbortSignal;
  readonly #findings: Finding[] = [];
  readonly #traits: Partial<Record<Trait, string>> = {};

  constructor(partner: ExaminedPartner, signal: AbortSignal) {
    this.#partner = partner;
    this.#signal = signal;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  get traits(): Traits {
    return this.#traits;
  }

  /** What the partner file should have instead: each setting once, as the first finding has it. */
  get settings(): readonly Setting[] {
    const byPath = new Map<string, Setting>();
    for (const setting of this.#findings.flatMap(({ settings }) => settings)) {
      const path = JSON.stringify(setting.path);
      if (!byPath.has(path)) byPath.set(path, setting);
    }
    return [...byPath.values()];
  }

  /**
   * Takes one step. A server or a secret that stands in its way is its finding.
   * @returns that error; undefined where the step came to its end. @throws what is wrong with us, and when the time is over.
   */
  async step(name: DoctorStep, look: () => Promise<Seen>): Promise<FtpsError | PartnerError | undefined> {
    this.#signal.throwIfAborted();
    const begunMs = performance.now();
    try {
      const { judgements, traits = {} } = await look();
      Object.assign(this.#traits, traits);
      this.#write(name, judgements, begunMs);
      return undefined;
    } catch (error) {
      if (this.#signal.aborted || !(error instanceof FtpsError || error instanceof PartnerError)) throw error;
      if (error instanceof FtpsError && error.kind === 'partner-busy') throw error;
      this.#write(name, [this.#obstacle(error)], begunMs);
      return error;
    }
  }

  /** Takes the finding of a step back, which turned out to stand in nobody's way, and puts another in its place. */
  replace(name: DoctorStep, judgement: Judgement): void {
    const index = this.#findings.findIndex(({ step }) => step === name);
    const before = this.#findings[index];
    if (before !== undefined) this.#findings[index] = { ...before, ...judgement };
  }

  #write(step: DoctorStep, judgements: readonly Judgement[], begunMs: number): void {
    const seconds = (performance.now() - begunMs) / 1000;
    for (const judgement of judgements) this.#findings.push({ ...judgement, step, seconds });
  }

  #obstacle(error: FtpsError | PartnerError): Judgement {
    if (error instanceof FtpsError) {
      return judgeFault({ fault: error.kind, answer: error.answer }, this.#partner);
    }
    return judged('problem', {
      found: error.message,
      means: 'No flow of this partner can log in.',
      advice: `Create the secret ${this.#partner.connection.secret} (connection.secret) with user and password.`,
    });
  }
}

export function seen(judgement: Judgement, traits: Traits = {}): Seen {
  return { judgements: [judgement], traits };
}
