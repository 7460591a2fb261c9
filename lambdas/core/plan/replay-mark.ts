/**
 * An operator's request to transfer a file again that the ledger already has; the next run or delivery does
 * so.
 */
export interface ReplayMark {
  readonly who: string;
  readonly reason: string;
  readonly at: Date;
}
