import { type Mutant, mutantsOf } from '../mutant.ts';

const heldSlots = ['test/contract/connections/held-slots.test.ts'] as const;
const budget = ['test/contract/connections/budget.test.ts'] as const;
const loginGate = ['test/contract/connections/login-gate.test.ts'] as const;

/** What protects a partner from too many sessions, and its account from being locked. */
export const connectionMutants: readonly Mutant[] = [
  ...mutantsOf(
    'lambdas/core/connection/circuit.ts',
    ['test/unit/core/connection/circuit.test.ts'],
    [
      {
        name: 'Tries a refused password three times',
        find: 'const openingRefusal = 2;',
        replace: 'const openingRefusal = 3;',
      },
      {
        name: 'Counts one refused login twice',
        find: '  if (circuit.countedLogins.includes(id)) return circuit;\n',
        replace: '',
      },
      {
        name: 'Logs in while another worker tries the same password',
        find: "nowMs < circuit.trialUntilMs ? 'wait' : 'trial'",
        replace: "nowMs < 0 ? 'wait' : 'trial'",
      },
      {
        name: 'Refuses the trial to the worker that has it',
        find: '  if (circuit.trialBy === id) return circuit;\n',
        replace: '',
      },
      {
        name: 'Keeps an open circuit closed for as long after each refusal',
        find: 'openForMinutes[Math.min(count - openingRefusal, openForMinutes.length - 1)]',
        replace: 'openForMinutes[Math.min(count - openingRefusal, 0)]',
      },
      {
        name: 'Does not close the circuit after a login',
        find: '{ ...circuit, provenVersion: version, refused: undefined }, id);',
        replace: '{ ...circuit, provenVersion: version }, id);',
      },
      {
        name: 'Keeps the circuit open for a new version of the secret',
        find: "if (refused?.version === version) return { kind: 'open', refused };",
        replace: "if (refused !== undefined) return { kind: 'open', refused };",
      },
      {
        name: 'Never publishes an opening whose worker was killed',
        find: 'refused.notice.by === id || nowMs < refused.notice.untilMs)',
        replace: 'refused.notice.by === id || nowMs > 0)',
      },
    ],
  ),
  ...mutantsOf(
    'lambdas/core/connection/connection-limit.ts',
    ['test/unit/core/connection/connection-limit.test.ts'],
    [
      {
        name: 'Opens as many sessions as maxConnections after the server refused one',
        find: 'if (slots.length >= currentLimit(lowered, maxConnections, nowMs)) return [];',
        replace: 'if (slots.length >= maxConnections) return [];',
      },
      {
        name: 'Takes a second slot while another worker has none',
        find: "  if (need === 'more' && nowMs < wantedUntilMs) return [];\n",
        replace: '',
      },
      {
        name: 'Connects again at once after a refused session',
        find: '  if (lowered !== undefined && nowMs < nextAttemptAtMs(lowered)) return [];\n',
        replace: '',
      },
    ],
  ),
  ...mutantsOf('lambdas/connections/held-slots.ts', heldSlots, [
    {
      name: 'Keeps the session of a slot that another worker has taken',
      find: "if (outcome === 'lost' && this.#held.delete(slot)) this.onLost(slot);",
      replace: "if (outcome === 'lost') this.#held.delete(slot);",
    },
    {
      name: 'Does not give a session to a worker that waits for its first one',
      find: 'if (now().getTime() < wantedUntilMs) this.onWanted();',
      replace: '',
    },
    {
      name: 'Never renews a connection slot',
      find: 'this.#timer ??= this.#scheduleRenewal();',
      replace: '',
    },
  ]),
  ...mutantsOf('lambdas/connections/partner-connections.ts', budget, [
    {
      name: 'Keeps the slot of a session that could not be opened',
      find: '      await this.#slots.giveBack(slot, restAfterQuitMs);\n    }\n  }\n\n  /** Registers',
      replace: '    }\n  }\n\n  /** Registers',
    },
    {
      name: 'Does not lower the limit after a refused session',
      find: "return why === 'one-too-many' ? await this.#slots.lowerLimit(slot) : 0;",
      replace: 'return 0;',
    },
  ]),
  ...mutantsOf('lambdas/connections/login-gate.ts', loginGate, [
    {
      name: 'Does not count a refused login',
      find: '      await this.#countRefusal({ id, version: versionId }, error.answer);\n',
      replace: '',
    },
    {
      name: 'Tries an old password that is cached',
      find: "kind === 'trial' && !this.#isFresh",
      replace: "kind === 'trial' && this.#isFresh === undefined",
    },
    {
      name: 'Keeps the trial after a login that ended without a reply',
      find: '      if (!isRefusedLogin(error)) await endTrial(table, login);\n',
      replace: '',
    },
    {
      name: 'Lets each worker try an unproven password',
      find: "    if ((await takeTrial(table, login)) === 'no') return undefined;\n",
      replace: '',
    },
  ]),
];
