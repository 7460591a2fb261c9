import type { QueueDefinition } from './queue-definition.ts';
import { queueFault } from './queue-fault.ts';

/** A message as a sender gives it. */
interface OfferedMessage {
  readonly body: string;
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly delaySeconds: number | undefined;
}

/** Letters, digits and punctuation of ASCII ("SendMessage", MessageGroupId). */
const tokenPattern = /^[!-~]{1,128}$/;
/** What XML 1.0 can carry (https://www.w3.org/TR/REC-xml/#charsets): SQS takes no other text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const foreignCharacter = /[^\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** @throws ServiceFault as Amazon SQS refuses such a message. */
export function checkMessage(definition: QueueDefinition, message: OfferedMessage): void {
  const sizeBytes = Buffer.byteLength(message.body);
  if (sizeBytes === 0)
    throw queueFault('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (sizeBytes > definition.maxMessageBytes) {
    throw queueFault(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${definition.maxMessageBytes} bytes.`,
    );
  }
  if (foreignCharacter.test(message.body)) {
    throw queueFault('InvalidMessageContents', 'Invalid characters were found in the message body.');
  }
  if (definition.fifo === undefined) checkStandard(message);
  else checkFifo(definition.fifo, message);
}

function checkStandard({ group, deduplicationId }: OfferedMessage): void {
  if (deduplicationId !== undefined) {
    throw queueFault(
      'InvalidParameterValue',
      'The request include parameter that is not valid for this queue type. Reason: MessageDeduplicationId.',
    );
  }
  // Amazon SQS takes it for fair queues, which are not emulated: to ignore it would promise an order of turns.
  if (group !== undefined) {
    throw queueFault(
      'InvalidParameterValue',
      'MessageGroupId in a standard queue is not served by the local stack.',
    );
  }
}

function checkFifo(
  fifo: NonNullable<QueueDefinition['fifo']>,
  { group, deduplicationId, delaySeconds }: OfferedMessage,
): void {
  if (group === undefined) {
    throw queueFault('MissingParameter', 'The request must contain the parameter MessageGroupId.');
  }
  for (const [name, token] of Object.entries({
    MessageGroupId: group,
    MessageDeduplicationId: deduplicationId,
  })) {
    if (token === undefined || tokenPattern.test(token)) continue;
    throw queueFault(
      'InvalidParameterValue',
      `Value ${token} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  }
  if (deduplicationId === undefined && !fifo.isContentDeduplicated) {
    throw queueFault(
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  if (delaySeconds !== undefined) {
    throw queueFault(
      'InvalidParameterValue',
      `Value ${delaySeconds} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.`,
    );
  }
}
