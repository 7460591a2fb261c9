import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import type { FunctionName } from '../contract/names.ts';
import { toCorrelation } from './correlation.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import type { LogFields, StepLog } from './log.ts';
import { StepError, type StepErrorDetails } from './step-error.ts';

/** What one invocation brings besides its input. */
export interface StepInvocation {
  readonly logger: Logger;
  readonly log: StepLog;
  readonly deadline: Deadline;
}

export interface Step<S extends z.ZodType, Output> {
  readonly name: FunctionName;
  readonly input: S;
  readonly work: (input: z.infer<S>, invocation: StepInvocation) => Promise<Output>;
  /** How the workflow sees what `work` threw. */
  readonly toStepError: (error: unknown) => StepErrorDetails;
}

/**
 * Makes a workflow step a Lambda handler: it parses the input, starts the deadline, logs one summary line for
 * each invocation with partner, flow and run, and throws each error as a {@link StepError}.
 */
export function stepHandler<S extends z.ZodType, Output>(step: Step<S, Output>) {
  const logger = new Logger({ serviceName: step.name });
  return middy(async (event: unknown, context: Context): Promise<Output> => {
    const deadline = startDeadline(() => context.getRemainingTimeInMillis());
    const startedMs = performance.now();
    let summary: LogFields = {};
    const log: StepLog = {
      warn: (message, ...fields) => logger.warn(message, ...fields),
      error: (message, ...fields) => logger.error(message, ...fields),
      summarize: (fields) => {
        summary = { ...summary, ...fields };
      },
    };
    logger.appendKeys(toCorrelation(event));
    try {
      const output = await step.work(step.input.parse(event), { logger, log, deadline });
      // The input of StartRun has no run id: its output has.
      logger.appendKeys(toCorrelation(output));
      logger.info('done', { ...summary, seconds: secondsSince(startedMs), output });
      return output;
    } catch (cause) {
      const details = step.toStepError(cause);
      const { error, retryable } = details;
      logger.error(details.message, { ...summary, seconds: secondsSince(startedMs), error, retryable });
      throw new StepError(details, cause);
    } finally {
      deadline.clear();
    }
  }).use(injectLambdaContext(logger, { resetKeys: true }));
}

function secondsSince(startedMs: number): number {
  return Math.round(performance.now() - startedMs) / 1000;
}
