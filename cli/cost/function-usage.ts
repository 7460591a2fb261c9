import { type FunctionName, functions, logBytesPerInvocation } from './product-facts.ts';
import { gigabytes, type Usage } from './usage.ts';

/** Invocations of one function that work for so long together, with the log that they write. */
export function functionUsage(name: FunctionName, invocations: number, secondsOfWork: number): Usage {
  const { megabytes, overheadSeconds } = functions[name];
  const seconds = secondsOfWork + invocations * overheadSeconds;
  const logged = gigabytes(invocations * logBytesPerInvocation);
  return {
    'lambda.request': invocations,
    'lambda.gigabyteSecond': (seconds * megabytes) / 1024,
    'logs.ingested': logged,
    'logs.storage': logged,
  };
}
