import { type FunctionName, functions, logBytesPerInvocation, logDays } from './product-facts.ts';
import { gigabytes, type Usage } from './usage.ts';

/** Invocations of a function, and their logs. @param secondsOfWork of all invocations together. */
export function functionUsage(name: FunctionName, invocations: number, secondsOfWork: number): Usage {
  const { megabytes, overheadSeconds } = functions[name];
  const seconds = secondsOfWork + invocations * overheadSeconds;
  const logged = gigabytes(invocations * logBytesPerInvocation);
  return {
    'lambda.request': invocations,
    'lambda.gigabyteSecond': (seconds * megabytes) / 1024,
    'logs.ingested': logged,
    'logs.storage': logged * (logDays / 30),
  };
}
