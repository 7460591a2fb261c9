import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { until } from './until.ts';

/** The queues of the push, by what they are called in the template. */
const queueNames = {
  ingest: 'ftps-sync-local-ingest',
  push: 'ftps-sync-local-push.fifo',
  ingestDeadLetters: 'ftps-sync-local-ingest-dead-letters',
  pushDeadLetters: 'ftps-sync-local-push-dead-letters.fifo',
} as const;
type QueueName = keyof typeof queueNames;

/** The queues of a local stage, asked and fed by a test. Made after the environment leads to the stage. */
export class PushQueues {
  readonly #client = new SQSClient({});

  /** How many messages are in it, whatever their state. */
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

  /** Resolves when every event has been routed and every delivery has ended, in the dead letters at the latest. */
  async quiet(): Promise<void> {
    const isQuiet = async () =>
      (await this.count('ingest')) === 0 && (await this.count('push')) === 0 ? 'quiet' : undefined;
    const counts = async () => ({ ingest: await this.count('ingest'), push: await this.count('push') });
    await until('the queues are empty', isQuiet, counts);
  }

  async sendToIngest(body: string): Promise<void> {
    await this.#client.send(
      new SendMessageCommand({ QueueUrl: await this.#url('ingest'), MessageBody: body }),
    );
  }

  /** Takes away every event that has not been routed. */
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
