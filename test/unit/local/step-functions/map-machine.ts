import type { JsonValue } from '../../../../local/endpoint/json-value.ts';
import { errorNamed, functionArn, machineOf } from './run-machine.ts';

const step = { Type: 'Task', Resource: functionArn('step'), End: true };

/**
 * A Map as CDK synthesizes it, over the lines of `runs/batches.jsonl`. It calls the function `step` for each.
 */
export const mapOfLines = {
  Type: 'Map',
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType: 'JSONL' },
    Parameters: { Bucket: 'runs', 'Key.$': '$.itemsKey' },
  },
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: 'Step',
    States: { Step: step },
  },
  ResultWriter: {
    Resource: 'arn:aws:states:::s3:putObject',
    Parameters: { Bucket: 'runs', 'Prefix.$': '$.resultsPrefix' },
  },
  Label: 'Share',
  End: true,
} satisfies JsonValue;

export const mapInput = { itemsKey: 'batches.jsonl', resultsPrefix: 'acme/results/batches' };

/** A machine with only that Map, with changed fields. */
export function mapMachine(fields: Readonly<Record<string, JsonValue>> = {}): string {
  return machineOf({ Share: { ...mapOfLines, ...fields } });
}

/** The objects for the Map: one line for each item. */
export function linesOf(items: readonly JsonValue[]): Map<string, string> {
  return new Map([['runs/batches.jsonl', items.map((item) => `${JSON.stringify(item)}\n`).join('')]]);
}

/** A function that records its payloads, and fails for some of them. */
export function recordCalls(failsFor: (payload: JsonValue) => boolean = () => false) {
  const given: JsonValue[] = [];
  const step = (payload: JsonValue) => {
    given.push(payload);
    if (failsFor(payload)) throw errorNamed('PermanentError');
    return { did: payload };
  };
  return { given, functions: { step } };
}
