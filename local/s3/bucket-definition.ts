/** A bucket as the template describes it. */
export interface BucketDefinition {
  readonly name: string;
  readonly versioned: boolean;
  /** Whether the event bus receives an event for each new object. */
  readonly sendsEvents: boolean;
}
