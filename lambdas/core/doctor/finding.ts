/** What the doctor checks, in this order; from `upload` on some steps need a directory to write to. */
export const doctorSteps = [
  'dns',
  'tcp',
  'greeting',
  'tls',
  'certificate',
  'login',
  'features',
  'passive',
  'session-reuse',
  'listing',
  'time-zone',
  'names',
  'upload',
  'clock',
  'size',
  'modified-time',
  'rest',
  'hash',
  'connections',
  'make-directory',
  'rename',
  'rename-over',
  'append',
  'restart',
  'delete',
] as const;
export type DoctorStep = (typeof doctorSteps)[number];

/**
 * `warning`: the flows work, perhaps in another way. `error`: some flows will fail until someone resolves it.
 */
export type Level = 'ok' | 'warning' | 'error';

/** A setting of the partner file that should have another value. */
export interface Setting {
  /** `['connection', 'maxConnections']`, or `['flows', NAME, KEY]` for a setting of a flow. */
  readonly path: readonly string[];
  readonly value: number | string | boolean | readonly string[];
  /** A few words: when to set it, or what else the value must be. */
  readonly why: string;
}

export interface Finding {
  readonly level: Level;
  /** What the server did or showed. */
  readonly found: string;
  /** What that means for the flows of this partner. */
  readonly means: string;
  /** What to do; undefined where there is nothing to do. */
  readonly advice: string | undefined;
  readonly settings: readonly Setting[];
  /** The flow that it is about; undefined: all of them. */
  readonly flow: string | undefined;
}

/** A finding with the step that made it. */
export interface StepFinding extends Finding {
  readonly step: DoctorStep;
  /** Duration of the step. */
  readonly seconds: number;
}

interface FindingParts {
  readonly found: string;
  readonly means: string;
  readonly advice?: string | undefined;
  readonly settings?: readonly Setting[] | undefined;
  readonly flow?: string | undefined;
}

/** A finding; without advice, settings and flow unless they are given. */
export function finding(level: Level, parts: FindingParts): Finding {
  const { found, means, advice, settings = [], flow } = parts;
  return { level, found, means, advice, settings, flow };
}

/** The steps up to a session: an error in one of them means that no flow can connect. */
const connectingSteps: ReadonlySet<DoctorStep> = new Set([
  'dns',
  'tcp',
  'greeting',
  'tls',
  'certificate',
  'login',
]);

/**
 * `errors`: connected, with errors. `unreachable`: there is no session. `busy`: the partner's other flows
 * have all its connections.
 */
export type Verdict = 'healthy' | 'errors' | 'unreachable' | 'busy';

/** The verdict of all findings: `unreachable` where a step up to the session has an error. */
export function toVerdict(
  findings: readonly Pick<StepFinding, 'step' | 'level'>[],
): Exclude<Verdict, 'busy'> {
  const errors = findings.filter(({ level }) => level === 'error');
  if (errors.some(({ step }) => connectingSteps.has(step))) return 'unreachable';
  return errors.length > 0 ? 'errors' : 'healthy';
}
