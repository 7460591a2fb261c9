import { faultPolicies } from '../lambdas/sync/retry.ts';

/** The exit codes of every command: a contract with the scripts that call it (README, 'Exit codes'). */
export const exitCodes = {
  done: 0,
  someFilesFailed: 1,
  usage: 2,
  halted: 3,
  busy: 4,
  partnerUnreachable: 5,
  ourFault: 70,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with a message for the operator and an exit code. */
export class CommandFault extends Error {
  override readonly name = 'CommandFault';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** What keeps us from the partner as a whole. */
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
  'circuit-open',
  'too-many-connections',
]);
const usage = new Set(['partner-unknown', 'flow-unknown', 'secret-missing', 'secret-invalid']);

/** @param fault the word a failed step left in the report. */
export function exitCodeOfFault(fault: string): ExitCode {
  if (unreachable.has(fault)) return exitCodes.partnerUnreachable;
  if (usage.has(fault)) return exitCodes.usage;
  if (fault === 'partner-busy') return exitCodes.busy;
  // What else a partner does wrong is about the flow's remote directory: it is missing, or cannot be listed.
  if (Object.hasOwn(faultPolicies, fault)) return exitCodes.someFilesFailed;
  return fault === 'replaced-by-newer-run' ? exitCodes.busy : exitCodes.ourFault;
}
