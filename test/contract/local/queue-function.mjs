import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The function of the fixture's queues. It writes the messages that it receives to the journal and does what
 * their bodies say. After a failed message of a FIFO queue the rest of the batch fails too, so that the order
 * is kept.
 */
export async function handler(event) {
  const messages = event.Records.map((record) => ({ record, ...JSON.parse(record.body) }));
  const tries = Number(event.Records[0].attributes.ApproximateReceiveCount);
  write({ began: messages.map(({ name }) => name), tries, pid: process.pid });
  const failed = [];
  for (const message of messages) {
    const isAfterFailure = failed.length > 0 && event.Records[0].eventSourceARN.endsWith('.fifo');
    if (isAfterFailure || !(await work(message, event)))
      failed.push({ itemIdentifier: message.record.messageId });
  }
  write({ ended: messages.map(({ name }) => name), pid: process.pid });
  const isMalformed = messages.some((message) => message.malformAnswerUntil > tries);
  return { batchItemFailures: isMalformed ? [{ id: messages[0].record.messageId }] : failed };
}

/** Returns whether it succeeded. */
async function work({ record, ...message }, event) {
  const tries = Number(record.attributes.ApproximateReceiveCount);
  if (message.lingerMs !== undefined) await sleep(message.lingerMs);
  if (message.showEvent) write({ event });
  if (message.dieUntil > tries) process.kill(process.pid, 'SIGKILL');
  if (message.throwUntil > tries) throw new Error('on purpose');
  if (message.hideSeconds !== undefined && message.failUntil > tries) await hide(record, message.hideSeconds);
  if (message.failUntil > tries) return false;
  write({ succeeded: message.name, tries });
  return true;
}

async function hide({ receiptHandle, eventSourceARN }, seconds) {
  const [account, name] = eventSourceARN.split(':').slice(4);
  const response = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      'x-amz-target': 'AmazonSQS.ChangeMessageVisibility',
      'content-type': 'application/x-amz-json-1.0',
    },
    body: JSON.stringify({
      QueueUrl: `${process.env.AWS_ENDPOINT_URL}/${account}/${name}`,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: seconds,
    }),
  });
  if (!response.ok) throw new Error(await response.text());
}

function write(line) {
  appendFileSync(process.env.JOURNAL, `${JSON.stringify(line)}\n`);
}
