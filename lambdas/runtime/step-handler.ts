import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import type { FunctionName } from '../contract/names.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { type StepFault, StepFaultError } from './step-fault.ts';

/** What one invocation brings besides its input. */
export interface Call {
  readonly logger: Logger;
  readonly deadline: Deadline;
}

export interface Step<S extends z.ZodType, Output> {
  readonly name: FunctionName;
  readonly input: S;
  readonly work: (input: z.infer<S>, call: Call) => Promise<Output>;
  /** Puts what `work` threw into the workflow's words. */
  readonly faultOf: (error: unknown) => StepFault;
}

/** Makes a workflow step a Lambda handler: input parsed, deadline running, one line a call, faults in the workflow's words. */
export function stepHandler<S extends z.ZodType, Output>(step: Step<S, Output>) {
  const logger = new Logger({ serviceName: step.name });
  return middy(async (event: unknown, context: Context): Promise<Output> => {
    const deadline = startDeadline(() => context.getRemainingTimeInMillis());
    try {
      const output = await step.work(step.input.parse(event), { logger, deadline });
      logger.info('done', { output });
      return output;
    } catch (error) {
      const fault = step.faultOf(error);
      logger.error(fault.message, { fault: fault.fault, again: fault.again });
      throw new StepFaultError(fault, error);
    } finally {
      deadline.clear();
    }
  }).use(injectLambdaContext(logger, { resetKeys: true }));
}
