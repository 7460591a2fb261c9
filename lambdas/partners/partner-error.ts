/**
 * - `partner-unknown`, `flow-unknown`: no such partner file, or no such flow in it.
 * - `partner-invalid`: the deployed partner file does not fit this version of the functions.
 * - `secret-missing`: no such secret. `secret-invalid`: it does not hold what a login needs.
 */
export type PartnerFault =
  | 'partner-unknown'
  | 'partner-invalid'
  | 'flow-unknown'
  | 'secret-missing'
  | 'secret-invalid';

/** Something that only a person can set right: never retried. */
export class PartnerError extends Error {
  override readonly name = 'PartnerError';
  readonly fault: PartnerFault;

  constructor(fault: PartnerFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.fault = fault;
  }
}
