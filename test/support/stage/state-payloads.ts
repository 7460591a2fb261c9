import {
  type HistoryEvent,
  paginateGetExecutionHistory,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn';

/** The input or output of a state or of a call that it made. */
export interface StatePayload {
  readonly execution: string;
  readonly event: string;
  readonly bytes: number;
}

/** The largest payload in the histories of a machine's executions and of the children of their Maps. */
export async function largestPayload(client: SFNClient, stateMachineArn: string): Promise<StatePayload> {
  let largest: StatePayload = { execution: '', event: '', bytes: 0 };
  for await (const payload of readPayloads(client, { stateMachineArn })) {
    if (payload.bytes > largest.bytes) largest = payload;
  }
  return largest;
}

/** Executions of one machine, or the children of one Map run. */
type Executions = { readonly stateMachineArn: string } | { readonly mapRunArn: string };

async function* readPayloads(client: SFNClient, of: Executions): AsyncGenerator<StatePayload> {
  for await (const { executions = [] } of paginateListExecutions({ client }, of)) {
    for (const { executionArn = '' } of executions) {
      for await (const event of readHistory(client, executionArn)) {
        for (const text of readTexts(event)) {
          yield { execution: executionArn, event: event.type ?? '', bytes: Buffer.byteLength(text) };
        }
        const { mapRunArn } = event.mapRunStartedEventDetails ?? {};
        if (mapRunArn !== undefined) yield* readPayloads(client, { mapRunArn });
      }
    }
  }
}

async function* readHistory(client: SFNClient, executionArn: string): AsyncGenerator<HistoryEvent> {
  for await (const { events = [] } of paginateGetExecutionHistory(
    { client },
    { executionArn, maxResults: 1000 },
  )) {
    yield* events;
  }
}

function readTexts(event: HistoryEvent): readonly string[] {
  return [
    event.executionStartedEventDetails?.input,
    event.executionSucceededEventDetails?.output,
    event.stateEnteredEventDetails?.input,
    event.stateExitedEventDetails?.output,
    event.lambdaFunctionScheduledEventDetails?.input,
    event.lambdaFunctionSucceededEventDetails?.output,
  ].filter((text) => text !== undefined);
}
