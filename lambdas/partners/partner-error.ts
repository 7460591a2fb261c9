/**
 * - `partner-unknown`, `flow-unknown`: no such partner file, or no such flow in it.
 * - `partner-invalid`: this version of the functions cannot read the deployed partner file.
 * - `secret-missing`: no such secret. `secret-invalid`: user or password is missing or invalid in it.
 */
export type PartnerErrorKind =
  | 'partner-unknown'
  | 'partner-invalid'
  | 'flow-unknown'
  | 'secret-missing'
  | 'secret-invalid';

/** An error that only a person can resolve; it is never retried. */
export class PartnerError extends Error {
  override readonly name = 'PartnerError';
  readonly error: PartnerErrorKind;

  constructor(error: PartnerErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.error = error;
  }
}
