import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import type { FunctionName } from '../contract/names.ts';
import { correlationOf } from './correlation.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import type { LogFields, StepLog } from './log.ts';
import { type StepFault, StepFaultError } from './step-fault.ts';

/** What one invocation brings besides its input. */
export interface Call {
  readonly logger: Logger;
  readonly log: StepLog;
  readonly deadline: Deadline;
}

export interface Step<S extends z.ZodType, Output> {
  readonly name: FunctionName;
  readonly input: S;
  readonly work: (input: z.infer<S>, call: Call) => Promise<Output>;
  /** Puts what `work` threw into the workflow's words. */
  readonly faultOf: (error: unknown) => StepFault;
}

/** Makes a workflow step a Lambda handler: input parsed, deadline running, one line a call, faults in the workflow's words. Each line names the run. */
export function stepHandler<S extends z.ZodType, Output>(step: Step<S, Output>) {
  const logger = new Logger({ serviceName: step.name });
  return middy(async (event: unknown, context: Context): Promise<Output> => {
    const deadline = startDeadline(() => context.getRemainingTimeInMillis());
    const startedMs = performance.now();
    let told: LogFields = {};
    const log: StepLog = {
      warn: (message, ...fields) => logger.warn(message, ...fields),
      error: (message, ...fields) => logger.error(message, ...fields),
      tell: (fields) => {
        told = { ...told, ...fields };
      },
    };
    logger.appendKeys(correlationOf(event));
    try {
      const output = await step.work(step.input.parse(event), { logger, log, deadline });
      // StartRun is told of no run: it names one.
      logger.appendKeys(correlationOf(output));
      logger.info('done', { ...told, seconds: secondsSince(startedMs), output });
      return output;
    } catch (error) {
      const fault = step.faultOf(error);
      const { fault: word, again } = fault;
      logger.error(fault.message, { ...told, seconds: secondsSince(startedMs), fault: word, again });
      throw new StepFaultError(fault, error);
    } finally {
      deadline.clear();
    }
  }).use(injectLambdaContext(logger, { resetKeys: true }));
}

function secondsSince(startedMs: number): number {
  return Math.round(performance.now() - startedMs) / 1000;
}
