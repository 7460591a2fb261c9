import type { JsonValue } from '../../../cli/local/states/json-path.ts';
import { errorNamed, functionArn, machineOf } from './run-machine.ts';

const step = { Type: 'Task', Resource: functionArn('step'), End: true };

/** A Map as CDK writes it, over the lines of `runs/batches.jsonl`; each item is given to the function `step`. */
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

/** A machine of that Map alone, with other fields in it. */
export function mapMachine(fields: Readonly<Record<string, JsonValue>> = {}): string {
  return machineOf({ Share: { ...mapOfLines, ...fields } });
}

/** The objects that the Map finds: one line for each item. */
export function linesOf(items: readonly JsonValue[]): Map<string, string> {
  return new Map([['runs/batches.jsonl', items.map((item) => `${JSON.stringify(item)}\n`).join('')]]);
}

/** A function that keeps what it was given, and fails for some of it. */
export function recorder(failsFor: (payload: JsonValue) => boolean = () => false) {
  const given: JsonValue[] = [];
  const step = (payload: JsonValue) => {
    given.push(payload);
    if (failsFor(payload)) throw errorNamed('PermanentFault');
    return { did: payload };
  };
  return { given, functions: { step } };
}
