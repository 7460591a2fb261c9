import type { RunReport } from '../lambdas/contract/documents/run-report.ts';
import { ftpsErrorPolicies } from '../lambdas/core/connection/ftps-error-policies.ts';

/** The exit codes of every command: a contract with the scripts that call it (README, 'Commands'). */
export const exitCodes = {
  done: 0,
  someFilesFailed: 1,
  usage: 2,
  halted: 3,
  busy: 4,
  partnerUnreachable: 5,
  remoteUnavailable: 6,
  internal: 70,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command without an answer: the message goes to stderr, and the program exits with the code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: Exclude<ExitCode, 0>;
  /** The error of a step or of the partner, such as `login-refused`; undefined where there is none. */
  readonly code: string | undefined;

  constructor(
    exitCode: Exclude<ExitCode, 0>,
    message: string,
    options: ErrorOptions & { readonly code?: string } = {},
  ) {
    super(message, options);
    this.exitCode = exitCode;
    this.code = options.code;
  }
}

/** Errors that concern the partner as a whole. */
const unreachable = new Set([
  'host-not-found',
  'connection-refused',
  'timeout',
  'connection-lost',
  'not-ftps',
  'tls-refused',
  'certificate-refused',
  'client-certificate-refused',
  'protection-refused',
  'login-refused',
  'account-required',
  'circuit-open',
  'too-many-connections',
]);
const usage = new Set([
  'partner-unknown',
  'partner-invalid',
  'flow-unknown',
  'secret-missing',
  'secret-invalid',
]);

/** @param error the kind that a failed step recorded, such as `login-refused`. */
export function exitCodeForErrorKind(error: string): Exclude<ExitCode, 0> {
  if (unreachable.has(error)) return exitCodes.partnerUnreachable;
  if (usage.has(error)) return exitCodes.usage;
  if (error === 'partner-busy') return exitCodes.busy;
  // Every other FTPS error concerns the flow's remote directory: it is missing, or cannot be listed.
  if (Object.hasOwn(ftpsErrorPolicies, error)) return exitCodes.remoteUnavailable;
  return error === 'superseded' ? exitCodes.busy : exitCodes.internal;
}

/** The exit code of a command that followed a run to this report. */
export function exitCodeForRun(report: Pick<RunReport, 'status' | 'cause'>): ExitCode {
  switch (report.status) {
    case 'succeeded':
      return exitCodes.done;
    case 'incomplete':
      return exitCodes.someFilesFailed;
    case 'halted':
      return exitCodes.halted;
    case 'busy':
    case 'paused':
      return exitCodes.busy;
    case 'failed':
      return exitCodeForErrorKind(report.cause?.error ?? 'internal');
  }
  return report.status satisfies never;
}
