/** What the doctor looks at, in the order it does; the last ones only where it may write. */
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
  'rename',
  'rename-over',
  'append',
  'restart',
  'delete',
] as const;
export type DoctorStep = (typeof doctorSteps)[number];

/** `note`: the flows go on, or go on in another way. `problem`: some of them will fail until somebody does something. */
export type Level = 'ok' | 'note' | 'problem';

/** A setting of the partner file that should have another value. */
export interface Setting {
  /** `['connection', 'maxConnections']`, or `['flows', NAME, KEY]` for that of a flow. */
  readonly path: readonly string[];
  readonly value: number | string | readonly string[];
  /** In a few words, what must be true of it. */
  readonly why: string;
}

/** What was seen, and what it comes to. */
export interface Judgement {
  readonly level: Level;
  /** What was seen. */
  readonly found: string;
  /** For the flows of this partner. */
  readonly means: string;
  /** What to do, and by whom; undefined where nothing is to be done. */
  readonly advice: string | undefined;
  readonly settings: readonly Setting[];
  /** The flow that it is about; undefined: all of them. */
  readonly flow: string | undefined;
}

export interface Finding extends Judgement {
  readonly step: DoctorStep;
  /** How long the step took. */
  readonly seconds: number;
}

interface JudgementParts {
  readonly found: string;
  readonly means: string;
  readonly advice?: string | undefined;
  readonly settings?: readonly Setting[] | undefined;
  readonly flow?: string | undefined;
}

/** A judgement with no settings and no flow, unless they are told. */
export function judged(level: Level, parts: JudgementParts): Judgement {
  const { found, means, advice, settings = [], flow } = parts;
  return { level, found, means, advice, settings, flow };
}

/** Steps without which there is no session, whose problems keep everybody out. */
const onTheWayIn: ReadonlySet<DoctorStep> = new Set([
  'dns',
  'tcp',
  'greeting',
  'tls',
  'certificate',
  'login',
]);

/** `problems`: there is a session, and settings to change. `unreachable`: there is none. */
export type Verdict = 'well' | 'problems' | 'unreachable' | 'busy';

/** What all findings come to: `unreachable` where one of the way in is a problem. */
export function verdictOf(findings: readonly Pick<Finding, 'step' | 'level'>[]): Exclude<Verdict, 'busy'> {
  const problems = findings.filter(({ level }) => level === 'problem');
  if (problems.some(({ step }) => onTheWayIn.has(step))) return 'unreachable';
  return problems.length > 0 ? 'problems' : 'well';
}
