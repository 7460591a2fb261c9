/** In place of `@aws-sdk/client-sqs`: the model queue answers the commands. */
class Command {
  readonly input: Readonly<Record<string, unknown>>;

  constructor(input: Readonly<Record<string, unknown>>) {
    this.input = input;
  }
}

export class SendMessageBatchCommand extends Command {
  readonly operation = 'send';
}
export class ChangeMessageVisibilityCommand extends Command {
  readonly operation = 'change-visibility';
}
export class GetQueueAttributesCommand extends Command {
  readonly operation = 'count';
}
export class SQSClient {}
