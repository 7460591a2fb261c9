import { type Assignments, absentOr, type Condition, type ItemWrite } from './item-write.ts';

/** The condition under which a run may write the entry of a file: no run with a larger fence has. */
export function notFenced(fence: number): Condition {
  return absentOr({ kind: 'at-most', path: 'fence', value: fence });
}

/** A write of a run to the entry of a file. */
export function fencedWrite(fence: number, { set, setIfAbsent, remove }: Assignments): ItemWrite {
  return {
    condition: notFenced(fence),
    set: { ...set, fence },
    setIfAbsent,
    remove,
    proof: { kind: 'repeatable' },
  };
}

/**
 * Records a version in the entry of its file, in place of a version that the run knows of: the one that it
 * read when it planned, or the one whose object it replaced. The fence alone does not keep the order: a run
 * that has lost its lease may replace the object of the run that has it now, and record that first.
 * @param version.etag of the object. Of a version with this one, it is the record.
 * @param version.replaces the ETags of the versions that the run knows of.
 */
export function versionWrite(
  fence: number,
  { set, remove }: Assignments,
  { etag, replaces }: { readonly etag: string; readonly replaces: readonly string[] },
): ItemWrite {
  const path = 'transferred.etag';
  const known = [etag, ...replaces].map((value): Condition => ({ kind: 'equal', path, value }));
  const isKnown: Condition = { kind: 'any', of: [{ kind: 'absent', path }, ...known] };
  return {
    condition: { kind: 'all', of: [notFenced(fence), isKnown] },
    set: { ...set, fence },
    remove,
    proof: { kind: 'repeatable' },
  };
}

/**
 * Claims an event of a key, unless a newer one was claimed. The same event can be claimed again: the first
 * invocation may have been killed before it sent the message.
 * @param claim.sequencer comparable as text.
 */
export function claimEventWrite(
  claim: { readonly sequencer: string; readonly versionId: string },
  name: string,
): ItemWrite {
  const { sequencer, versionId } = claim;
  return {
    condition: {
      kind: 'any',
      of: [
        { kind: 'absent', path: 'claimed' },
        { kind: 'at-most', path: 'claimed.sequencer', value: sequencer },
      ],
    },
    set: { claimed: { sequencer, versionId }, name },
    remove: [],
    proof: { kind: 'repeatable' },
  };
}
