import { type Mutant, mutantsOf } from '../mutant.ts';

const lostAnswers = 'test/contract/ledger/lost-answers/lost-answers.test.ts';

/** Who may write what, and how a write recognizes its own success. */
export const ledgerMutants: readonly Mutant[] = [
  ...mutantsOf(
    'lambdas/core/ledger/lease-rules.ts',
    ['test/contract/ledger/runs/lease.test.ts'],
    [
      {
        name: 'Takes the lease of a run that is alive',
        find: "{ kind: 'below', path: 'leaseUntil', value: nowMs },",
        replace: "{ kind: 'present', path: 'leaseUntil' },",
      },
      { name: 'Gives two runs one fence', find: 'add: { fence: 1 },', replace: '' },
      {
        name: 'Renews the lease of another run',
        find: "of: [isHeldBy(held), { kind: 'at-most', path: 'leaseUntil', value: untilMs }],",
        replace: "of: [{ kind: 'at-most', path: 'leaseUntil', value: untilMs }],",
      },
      {
        name: 'Takes the run before a redrive for the one that has the lease',
        find: "      { kind: 'equal', path: 'fence', value: fence },\n",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/ledger/entry-rules.ts',
    ['test/contract/ledger/entries/file-entries.test.ts'],
    [
      {
        name: 'Lets a run that was replaced write to a file’s record',
        find: "return absentOr({ kind: 'at-most', path: 'fence', value: fence });",
        replace: "return absentOr({ kind: 'present', path: 'fence' });",
      },
      {
        name: 'Records a version over one that another run has put in its place',
        find: "{ kind: 'all', of: [notFenced(fence), isKnown] }",
        replace: 'notFenced(fence)',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/ledger/entry-rules.ts',
    ['test/contract/ledger/entries/delivery-entries.test.ts'],
    [
      {
        name: 'Claims an older event of a key after a newer one',
        find: "{ kind: 'at-most', path: 'claimed.sequencer', value: sequencer },",
        replace: "{ kind: 'present', path: 'claimed.sequencer' },",
      },
      {
        name: 'Refuses an event that is delivered again because its message was not sent',
        find: "{ kind: 'at-most', path: 'claimed.sequencer', value: sequencer },",
        replace: "{ kind: 'below', path: 'claimed.sequencer', value: sequencer },",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/ledger/delivery-rules.ts',
    ['test/contract/ledger/entries/delivery-leases.test.ts'],
    [
      {
        name: 'Takes an object that another worker delivers',
        find: "{ kind: 'below', path: 'lease.expiresAt', value: nowMs },",
        replace: "{ kind: 'present', path: 'lease.expiresAt' },",
      },
      {
        name: 'Lets a message wait for its own worker that was lost',
        find: "        { kind: 'equal', path: 'lease.message', value: message },\n",
        replace: '',
      },
      {
        name: 'Lets a worker write that has lost the object',
        find: "return { kind: 'equal', path: 'attempt', value: attempt };",
        replace: "return { kind: 'present', path: 'attempt' };",
      },
      {
        name: 'Keeps the object leased after its delivery',
        find: "remove: ['lease', ...remove],",
        replace: 'remove,',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/ledger/slot-rules.ts',
    ['test/contract/ledger/connection/connections.test.ts'],
    [
      {
        name: 'Takes a connection slot that is in use',
        find: "absentOr({ kind: 'at-most', path: 'untilMs', value: nowMs })",
        replace: "absentOr({ kind: 'present', path: 'untilMs' })",
      },
      {
        name: 'Renews a connection slot that another worker has',
        find: "of: [isHeldBy(holder), { kind: 'at-most', path: 'untilMs', value: untilMs }],",
        replace: "of: [{ kind: 'at-most', path: 'untilMs', value: untilMs }],",
      },
      {
        name: 'Releases a connection slot that another worker has',
        find: 'condition: isHeldBy(holder),',
        replace: "condition: { kind: 'present', path: 'untilMs' },",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/ledger/circuit-rules.ts',
    ['test/contract/ledger/connection/connections.test.ts'],
    [
      {
        name: 'Loses one of two changes of a circuit at the same time',
        find: "{ kind: 'equal', path: 'revision', value: revision };",
        replace: "{ kind: 'present', path: 'revision' };",
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/ledger/item-write.ts',
    ['test/contract/ledger/runs/lease.test.ts'],
    [
      {
        name: 'Takes its own later renewal of a lease for another run’s',
        find: 'return holds(proof.where, item);',
        replace: 'return false;',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/ledger/item-write.ts',
    [lostAnswers],
    [
      {
        name: 'Takes its own taking of a lease, a slot or an object for that of another worker',
        find: 'return valueAt(item, proof.at) === proof.id;',
        replace: 'return false;',
      },
      {
        name: 'Adds the progress of a worker again',
        find: 'return valueAt(item, proof.at) === proof.number;',
        replace: 'return false;',
      },
      {
        name: 'Records the arrival of a version twice',
        find: 'condition: both(condition, isNew),\n        set,',
        replace: 'condition,\n        set,',
      },
      {
        name: 'Does again what a write with a lost answer has done',
        find: 'condition: both(condition, isNew),\n        set: { ...set, [proof.at]: proof.id },',
        replace: 'condition,\n        set: { ...set, [proof.at]: proof.id },',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/ledger/write-item.ts',
    ['test/contract/pull/transfer-batch/refused-item.test.ts'],
    [
      {
        name: 'Ends a run because the table refuses one item',
        find: "cause.name === 'ValidationException' ? new ItemRefusedError(cause) : cause;",
        replace: 'false ? new ItemRefusedError(cause) : cause;',
      },
    ],
  ),
];
