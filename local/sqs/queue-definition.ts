/** A queue as the template describes it, with the defaults of Amazon SQS. */
export interface QueueDefinition {
  readonly name: string;
  readonly arn: string;
  /** Undefined for a standard queue. */
  readonly fifo: FifoRules | undefined;
  readonly visibilityTimeoutSeconds: number;
  readonly delaySeconds: number;
  readonly retentionSeconds: number;
  /** The default of WaitTimeSeconds in ReceiveMessage. */
  readonly receiveWaitSeconds: number;
  readonly maxMessageBytes: number;
  readonly redrive: RedrivePolicy | undefined;
  readonly redriveAllow: RedriveAllowPolicy | undefined;
}

interface FifoRules {
  /** ContentBasedDeduplication: a message without a deduplication id uses the digest of its body. */
  readonly isContentDeduplicated: boolean;
  readonly deduplicationScope: 'queue' | 'messageGroup';
  readonly throughputLimit: 'perQueue' | 'perMessageGroupId';
}

/** After this many receives a message moves to the dead-letter queue. */
interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

/** Which queues may use this one as their dead-letter queue; all without a policy. */
interface RedriveAllowPolicy {
  readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  readonly sourceQueueArns: readonly string[];
}
