import type { QueueDefinition } from '../queue-definition.ts';
import { queueError } from './queue-error.ts';

/** The message of a send request. */
interface MessageRequest {
  readonly body: string;
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly delaySeconds: number | undefined;
}

/** ASCII letters, digits and punctuation ("SendMessage", MessageGroupId). */
const tokenPattern = /^[!-~]{1,128}$/;
/** SQS accepts the characters of XML 1.0 (https://www.w3.org/TR/REC-xml/#charsets) and no others. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: some of them are valid.
const invalidCharacter = /[^\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** @throws ServiceError for a message that Amazon SQS refuses. */
export function checkMessage(definition: QueueDefinition, message: MessageRequest): void {
  const sizeBytes = Buffer.byteLength(message.body);
  if (sizeBytes === 0)
    throw queueError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (sizeBytes > definition.maxMessageBytes) {
    throw queueError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${definition.maxMessageBytes} bytes.`,
    );
  }
  if (invalidCharacter.test(message.body)) {
    throw queueError('InvalidMessageContents', 'Invalid characters were found in the message body.');
  }
  if (definition.fifo === undefined) checkStandard(message);
  else checkFifo(definition.fifo, message);
}

function checkStandard({ group, deduplicationId }: MessageRequest): void {
  if (deduplicationId !== undefined) {
    throw queueError(
      'InvalidParameterValue',
      'The request include parameter that is not valid for this queue type. Reason: MessageDeduplicationId.',
    );
  }
  // Amazon SQS accepts it for fair queues, which are not emulated. To ignore it would promise fairness.
  if (group !== undefined) {
    throw queueError(
      'InvalidParameterValue',
      'The local stack does not serve MessageGroupId in a standard queue.',
    );
  }
}

function checkFifo(
  fifo: NonNullable<QueueDefinition['fifo']>,
  { group, deduplicationId, delaySeconds }: MessageRequest,
): void {
  if (group === undefined) {
    throw queueError('MissingParameter', 'The request must contain the parameter MessageGroupId.');
  }
  for (const [name, token] of Object.entries({
    MessageGroupId: group,
    MessageDeduplicationId: deduplicationId,
  })) {
    if (token === undefined || tokenPattern.test(token)) continue;
    throw queueError(
      'InvalidParameterValue',
      `Value ${token} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  }
  if (deduplicationId === undefined && !fifo.isContentDeduplicated) {
    throw queueError(
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  if (delaySeconds !== undefined) {
    throw queueError(
      'InvalidParameterValue',
      `Value ${delaySeconds} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.`,
    );
  }
}
