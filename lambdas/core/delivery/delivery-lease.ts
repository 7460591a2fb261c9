/** The right of one try to deliver an object. The ledger accepts the try's writes while it is there. */
export interface DeliveryLease {
  /** The try's own id, which is also its fence: a write with another one is refused. */
  readonly attempt: string;
  /** The message that the worker had received. */
  readonly message: string;
  readonly until: Date;
}

/**
 * How much longer than its invocation a worker's lease lasts. It covers the difference between two clocks,
 * and the time that a command may be on its way after the worker has looked at its clock.
 */
const marginMs = 60_000;

/**
 * Until when another worker must leave an object alone: until the invocation of the one that holds it has
 * ended for certain. So a lease is never renewed, and a worker may act as long as its own invocation lasts.
 */
export function leaseUntil(now: Date, invocation: { readonly remainingMs: number }): Date {
  return new Date(now.getTime() + Math.max(0, invocation.remainingMs) + marginMs);
}

/** A file at the partner that the ledger says is ours. */
export interface StagedFile {
  readonly path: string;
  readonly versionId: string;
  /** The staging name of the same try's companion files; undefined: the flow has none. */
  readonly companion?: string | undefined;
}

/** What a try does with the staging files of tries before it, none of which runs any more. */
export interface StagingTakeover {
  /** To rename to the own staging name, the first that succeeds: an upload to resume. */
  readonly claim: readonly StagedFile[];
  /** To delete. */
  readonly remove: readonly StagedFile[];
}

/**
 * Both a rename and a deletion take the file away from a worker that sleeps past its lease: it can rename
 * only its own staging name, and nothing is there any more when it wakes. So they come before anything else
 * that a try does at the partner.
 * @param checkpoint the staging name of the upload that the ledger knows how far it came: the best to resume.
 */
export function planTakeover(
  leftovers: readonly StagedFile[],
  upload: {
    readonly versionId: string;
    readonly mayResume: boolean;
    readonly checkpoint: string | undefined;
  },
): StagingTakeover {
  const { versionId, mayResume, checkpoint } = upload;
  const newestFirst = leftovers.toReversed();
  const claimable = mayResume ? newestFirst.filter((each) => each.versionId === versionId) : [];
  const claim = [
    ...claimable.filter(({ path }) => path === checkpoint),
    ...claimable.filter(({ path }) => path !== checkpoint),
  ];
  return { claim, remove: newestFirst.filter((each) => !claim.includes(each)) };
}
