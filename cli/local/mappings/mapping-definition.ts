/** How the messages of a queue come to a function, as the template describes it; mappings that are disabled are left out. */
export interface MappingDefinition {
  readonly queueArn: string;
  readonly functionArn: string;
  readonly batchSize: number;
  /** How long a batch that is not full waits for more; FIFO queues have none. */
  readonly batchingWindowSeconds: number;
  /** Whether the function's answer names the messages that failed. Else all of a batch fail, or none. */
  readonly hasItemFailures: boolean;
  /** How many invocations may run at a time; undefined where the template does not say. */
  readonly maxConcurrency: number | undefined;
}
