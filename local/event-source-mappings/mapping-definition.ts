/** An event source mapping as the template describes it; disabled mappings are left out. */
export interface MappingDefinition {
  readonly queueArn: string;
  readonly functionArn: string;
  readonly batchSize: number;
  /** How long a partial batch waits for more messages; 0 for FIFO queues. */
  readonly batchingWindowSeconds: number;
  /**
   * Whether the function's answer names the failed messages. Otherwise a batch fails or succeeds as a whole.
   */
  readonly hasItemFailures: boolean;
  /** How many invocations may run concurrently; undefined when the template does not limit them. */
  readonly maxConcurrency: number | undefined;
}
