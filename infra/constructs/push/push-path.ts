import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { BucketProps } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { PushFunction } from '../../../lambdas/contract/names.ts';
import { FunctionQueue } from '../blocks/function-queue.ts';
import type { HandlerCode } from '../blocks/handler-code.ts';
import type { SyncFunction } from '../blocks/sync-function.ts';
import { OutboxBucket } from '../storage/buckets.ts';
import { OutboxRule } from './outbox-rule.ts';
import { createPushFunctions, pushSizes } from './push-functions.ts';
import { grantPush } from './push-grants.ts';
import { ReconcileWorkflow } from './reconcile-workflow.ts';

/**
 * Routing an object takes one write and one message: ten invocations route hundreds of objects a second, and
 * leave concurrency for all other functions.
 */
const maxRouteConcurrency = 10;

export interface PushPathProps {
  readonly stage: string;
  readonly code: HandlerCode;
  readonly table: TableV2;
  readonly partnersPath: string;
  readonly bucket: BucketProps;
}

/**
 * The path of an object: outbox, rule, ingest queue, route-object, push queue, push-file. Reconcile finds the
 * objects whose event was lost.
 */
export class PushPath extends Construct {
  readonly outboxBucket: OutboxBucket;
  /** The queue of outbox events. */
  readonly ingest: FunctionQueue;
  /** The FIFO queue of deliveries, in order within a message group. */
  readonly deliveries: FunctionQueue;
  readonly functions: Readonly<Record<PushFunction, SyncFunction>>;
  readonly reconcile: ReconcileWorkflow;

  constructor(scope: Construct, id: string, props: PushPathProps) {
    super(scope, id);
    const { stage, code, table, partnersPath } = props;
    this.outboxBucket = new OutboxBucket(this, 'Outbox', props.bucket);
    this.ingest = new FunctionQueue(this, 'Ingest', {
      stage,
      name: 'ingest',
      order: 'none',
      timeout: pushSizes['route-object'].timeout,
    });
    this.deliveries = new FunctionQueue(this, 'Deliveries', {
      stage,
      name: 'push',
      order: 'by-group',
      timeout: pushSizes['push-file'].timeout,
    });
    this.functions = createPushFunctions(this, {
      stage,
      code,
      environment: {
        FTPS_SYNC_STAGE: stage,
        FTPS_SYNC_TABLE: table.tableName,
        FTPS_SYNC_OUTBOX_BUCKET: this.outboxBucket.bucketName,
        FTPS_SYNC_PARTNERS_PATH: partnersPath,
        FTPS_SYNC_PUSH_QUEUE_URL: this.deliveries.queue.queueUrl,
        FTPS_SYNC_PUSH_DLQ_URL: this.deliveries.deadLetters.queueUrl,
      },
    });
    grantPush({
      functions: this.functions,
      table,
      outboxBucket: this.outboxBucket,
      pushQueue: this.deliveries.queue,
      pushDeadLetters: this.deliveries.deadLetters,
      partnersPath,
    });
    new OutboxRule(this, 'ObjectCreated', { stage, outboxBucket: this.outboxBucket, ingest: this.ingest });
    this.ingest.consumeWith(this.functions['route-object'], { maxConcurrency: maxRouteConcurrency });
    // Limited by its message groups: at most the sum of all partners' connections.
    this.deliveries.consumeWith(this.functions['push-file']);
    this.reconcile = new ReconcileWorkflow(this, 'ReconcileWorkflow', {
      stage,
      reconcile: this.functions.reconcile,
    });
  }
}
