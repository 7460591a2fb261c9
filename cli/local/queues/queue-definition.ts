/** A queue as the template describes it, with Amazon SQS's defaults where the template says nothing. */
export interface QueueDefinition {
  readonly name: string;
  readonly arn: string;
  /** Undefined for a standard queue. */
  readonly fifo: FifoRules | undefined;
  readonly visibilityTimeoutSeconds: number;
  readonly delaySeconds: number;
  readonly retentionSeconds: number;
  /** How long a ReceiveMessage waits that does not say so itself. */
  readonly receiveWaitSeconds: number;
  readonly maxMessageBytes: number;
  readonly redrive: RedrivePolicy | undefined;
  readonly redriveAllow: RedriveAllowPolicy | undefined;
}

interface FifoRules {
  /** A message without a deduplication id gets the digest of its body. */
  readonly isContentDeduplicated: boolean;
  readonly deduplicationScope: 'queue' | 'messageGroup';
  readonly throughputLimit: 'perQueue' | 'perMessageGroupId';
}

/** After so many receives a message goes to the dead-letter queue instead of being received once more. */
interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

/** Which queues may name this one as their dead-letter queue; all where there is no policy. */
interface RedriveAllowPolicy {
  readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  readonly sourceQueueArns: readonly string[];
}
