import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { waitUntil } from '../wait-until.ts';

/** The names of the push queues in the template. */
const queueNames = {
  ingest: 'ftps-sync-local-ingest',
  push: 'ftps-sync-local-push.fifo',
  ingestDeadLetters: 'ftps-sync-local-ingest-dead-letters',
  pushDeadLetters: 'ftps-sync-local-push-dead-letters.fifo',
} as const;
type QueueName = keyof typeof queueNames;

/** The push queues of a local stage. Create it after the environment names the stage. */
export class PushQueues {
  readonly #client = new SQSClient({});

  /** The number of messages in the queue: visible, in flight and delayed. */
  async count(name: QueueName): Promise<number> {
    const { Attributes = {} } = await this.#client.send(
      new GetQueueAttributesCommand({ QueueUrl: await this.#url(name), AttributeNames: ['All'] }),
    );
    const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes;
    const counts = [
      ApproximateNumberOfMessages,
      ApproximateNumberOfMessagesNotVisible,
      Attributes.ApproximateNumberOfMessagesDelayed,
    ];
    return counts.reduce((sum, count = '0') => sum + Number(count), 0);
  }

  /**
   * Resolves when every event is routed and every delivery has ended, at the latest in the dead-letter queue.
   */
  async quiet(): Promise<void> {
    const counts = async () => ({ ingest: await this.count('ingest'), push: await this.count('push') });
    await waitUntil({
      what: 'the queues are empty',
      check: async () => (await this.count('ingest')) === 0 && (await this.count('push')) === 0,
      progress: counts,
    });
  }

  async sendToIngest(body: string): Promise<void> {
    await this.#client.send(
      new SendMessageCommand({ QueueUrl: await this.#url('ingest'), MessageBody: body }),
    );
  }

  /** Deletes all events that have not been routed. */
  async purgeIngest(): Promise<void> {
    await this.#client.send(new PurgeQueueCommand({ QueueUrl: await this.#url('ingest') }));
  }

  async #url(name: QueueName): Promise<string> {
    const { QueueUrl = '' } = await this.#client.send(
      new GetQueueUrlCommand({ QueueName: queueNames[name] }),
    );
    return QueueUrl;
  }
}
