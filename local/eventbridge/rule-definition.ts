import type { EventMatcher } from './event-pattern.ts';

/** A rule of the default event bus, as the template describes it; disabled rules are left out. */
export interface RuleDefinition {
  readonly name: string;
  readonly matches: EventMatcher;
  /** The queues that receive the event. */
  readonly targetArns: readonly string[];
}
