/** A person wants a file once more, though the ledger has it: the next run or delivery moves it again. */
export interface ReplayMark {
  readonly who: string;
  readonly reason: string;
  readonly at: Date;
}
