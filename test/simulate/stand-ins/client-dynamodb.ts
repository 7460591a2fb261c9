/**
 * In place of `@aws-sdk/client-dynamodb`, `lib-dynamodb` and `util-dynamodb`: the model ledger answers the
 * commands.
 */
type Input = Readonly<Record<string, unknown>>;

class Command {
  readonly input: Input;

  constructor(input: Input) {
    this.input = input;
  }
}

export class GetCommand extends Command {
  readonly operation = 'get';
}
export class PutCommand extends Command {
  readonly operation = 'put';
}
export class UpdateCommand extends Command {
  readonly operation = 'update';
}
export class DeleteCommand extends Command {
  readonly operation = 'delete';
}
export class QueryCommand extends Command {
  readonly operation = 'query';
}
export class ScanCommand extends Command {
  readonly operation = 'scan';
}
export class BatchGetCommand extends Command {
  readonly operation = 'batch-get';
}
export class TransactWriteCommand extends Command {
  readonly operation = 'transact-write';
}

export class ConditionalCheckFailedException extends Error {
  override readonly name = 'ConditionalCheckFailedException';
  /** The item as it is, where the request asked for it. */
  readonly Item: Input | undefined;

  constructor(given: { readonly message: string; readonly Item?: Input | undefined }) {
    super(given.message);
    this.Item = given.Item;
  }
}

/** The model ledger keeps items as the document client returns them. */
export function unmarshall(item: Input): Input {
  return item;
}

export class TransactionCanceledException extends Error {
  override readonly name = 'TransactionCanceledException';
}
export class DynamoDBClient {}
export class DynamoDBDocumentClient {}

interface Client {
  readonly send: (command: QueryCommand) => Promise<{ readonly LastEvaluatedKey?: unknown }>;
}

export async function* paginateQuery({ client }: { readonly client: Client }, input: Input) {
  for (let start: unknown, isMore = true; isMore; ) {
    const page = await client.send(
      new QueryCommand(start === undefined ? input : { ...input, ExclusiveStartKey: start }),
    );
    yield page;
    start = page.LastEvaluatedKey;
    isMore = start !== undefined;
  }
}
