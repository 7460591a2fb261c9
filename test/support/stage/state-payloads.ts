import {
  type HistoryEvent,
  paginateGetExecutionHistory,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn';

/** What went into or out of a state, or a call that it made. */
export interface StatePayload {
  readonly execution: string;
  readonly event: string;
  readonly bytes: number;
}

/** The largest payload in the histories of a machine's executions and of the children of their Maps. */
export async function largestPayload(client: SFNClient, stateMachineArn: string): Promise<StatePayload> {
  let largest: StatePayload = { execution: '', event: '', bytes: 0 };
  for await (const payload of payloadsOf(client, { stateMachineArn })) {
    if (payload.bytes > largest.bytes) largest = payload;
  }
  return largest;
}

/** Executions of one machine, or the children of one Map run. */
type Executions = { readonly stateMachineArn: string } | { readonly mapRunArn: string };

async function* payloadsOf(client: SFNClient, of: Executions): AsyncGenerator<StatePayload> {
  for await (const { executions = [] } of paginateListExecutions({ client }, of)) {
    for (const { executionArn = '' } of executions) {
      for await (const event of historyOf(client, executionArn)) {
        for (const text of textsIn(event)) {
          yield { execution: executionArn, event: event.type ?? '', bytes: Buffer.byteLength(text) };
        }
        const { mapRunArn } = event.mapRunStartedEventDetails ?? {};
        if (mapRunArn !== undefined) yield* payloadsOf(client, { mapRunArn });
      }
    }
  }
}

async function* historyOf(client: SFNClient, executionArn: string): AsyncGenerator<HistoryEvent> {
  for await (const { events = [] } of paginateGetExecutionHistory(
    { client },
    { executionArn, maxResults: 1000 },
  )) {
    yield* events;
  }
}

function textsIn(event: HistoryEvent): readonly string[] {
  return [
    event.executionStartedEventDetails?.input,
    event.executionSucceededEventDetails?.output,
    event.stateEnteredEventDetails?.input,
    event.stateExitedEventDetails?.output,
    event.lambdaFunctionScheduledEventDetails?.input,
    event.lambdaFunctionSucceededEventDetails?.output,
  ].filter((text) => text !== undefined);
}
