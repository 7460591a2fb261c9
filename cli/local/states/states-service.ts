import { z } from 'zod';
import type { Operations } from '../endpoint/aws-json.ts';
import { ServiceFault } from '../endpoint/service-fault.ts';
import { type Execution, type Machine, redriveRefusal } from './execution.ts';
import type { Executions } from './executions.ts';
import type { HistoryEvent } from './history.ts';

const arnSchema = z.object({ executionArn: z.string() });
const startSchema = z.strictObject({
  stateMachineArn: z.string(),
  name: z
    .string()
    .regex(/^[\w-]{1,80}$/)
    .optional(),
  input: z.string().default('{}'),
});
const stopSchema = z.strictObject({
  executionArn: z.string(),
  error: z.string().default(''),
  cause: z.string().default(''),
});
const statuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
const redriveSchema = z.strictObject({ executionArn: z.string(), clientToken: z.string().optional() });
const listSchema = z.strictObject({
  stateMachineArn: z.string().optional(),
  mapRunArn: z.string().optional(),
  statusFilter: z.enum(statuses).optional(),
  maxResults: z.number().int().min(0).max(1000).default(100),
  nextToken: z.string().optional(),
});
const historySchema = z.strictObject({
  executionArn: z.string(),
  maxResults: z.number().int().min(0).max(1000).default(100),
  reverseOrder: z.boolean().default(false),
  nextToken: z.string().optional(),
  includeExecutionData: z.boolean().default(true),
});

/** The calls of Step Functions that the product and its commands make. */
export function statesOperations(machines: readonly Machine[], executions: Executions): Operations {
  const machineOf = (arn: string): Machine => {
    const machine = machines.find((each) => each.arn === arn);
    if (machine !== undefined) return machine;
    throw new ServiceFault('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  };
  const executionOf = (arn: string): Execution => {
    const execution = executions.find(arn);
    if (execution !== undefined) return execution;
    throw new ServiceFault('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  };
  return {
    StartExecution: (request) => {
      const { stateMachineArn, name, input } = startSchema.parse(request);
      const machine = machineOf(stateMachineArn);
      if (!isJson(input))
        throw new ServiceFault('InvalidExecutionInput', 'Invalid execution input: it is not JSON.');
      const execution = executions.start(machine, input, name);
      if (execution === undefined) {
        throw new ServiceFault('ExecutionAlreadyExists', `Execution Already Exists: '${name}'`);
      }
      return { executionArn: execution.arn, startDate: execution.started };
    },
    DescribeExecution: (request) => description(executionOf(arnSchema.parse(request).executionArn)),
    StopExecution: async (request) => {
      const { executionArn, error, cause } = stopSchema.parse(request);
      const execution = executionOf(executionArn);
      execution.stop(error, cause);
      await execution.ended;
      return { stopDate: summary(execution).stopDate };
    },
    RedriveExecution: (request) => {
      const execution = executionOf(redriveSchema.parse(request).executionArn);
      const { redriveStatus: status, redriveStatusReason = status } = redriveStatusOf(execution);
      if (status !== 'REDRIVABLE') throw new ServiceFault('ExecutionNotRedrivable', redriveStatusReason);
      execution.redrive();
      return { redriveDate: execution.redrives.last };
    },
    ListExecutions: (request) => {
      const { stateMachineArn, mapRunArn, statusFilter, maxResults, nextToken } = listSchema.parse(request);
      if ((stateMachineArn === undefined) === (mapRunArn === undefined)) {
        throw new ServiceFault('ValidationException', 'Give one of stateMachineArn and mapRunArn.');
      }
      const all =
        stateMachineArn === undefined
          ? executions.ofMapRun(mapRunArn ?? '')
          : executions.ofMachine(machineOf(stateMachineArn).arn);
      const wanted = all.filter((each) => statusFilter === undefined || each.state().status === statusFilter);
      const { rows, nextToken: more } = page(wanted, maxResults, nextToken);
      return { executions: rows.map(summary), nextToken: more };
    },
    GetExecutionHistory: (request) => {
      const { executionArn, maxResults, reverseOrder, nextToken } = historySchema.parse(request);
      const { events } = executionOf(executionArn).history;
      const { rows, nextToken: more } = page(
        reverseOrder ? events.toReversed() : events,
        maxResults,
        nextToken,
      );
      return { events: rows.map(eventShape), nextToken: more };
    },
  };
}

function summary(execution: Execution) {
  const state = execution.state();
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machine.arn,
    name: execution.name,
    status: state.status,
    mapRunArn: execution.mapRunArn,
    redriveCount: execution.redrives.count,
    redriveDate: execution.redrives.last,
    startDate: execution.started,
    stopDate: state.status === 'RUNNING' ? undefined : state.stopped,
  };
}

/** A child of a Map is redriven with the execution that started the Map. */
function redriveStatusOf(execution: Execution) {
  const redriveStatusReason = redriveRefusal(execution);
  if (redriveStatusReason !== undefined) return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason };
  return { redriveStatus: execution.mapRunArn === undefined ? 'REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN' };
}

function description(execution: Execution) {
  const state = execution.state();
  return {
    ...summary(execution),
    ...redriveStatusOf(execution),
    input: execution.input,
    output: state.status === 'SUCCEEDED' ? state.output : undefined,
    ...('error' in state ? { error: state.error, cause: state.cause } : {}),
  };
}

function eventShape({ details, ...event }: HistoryEvent) {
  return { ...event, ...details };
}

/** A page of rows; the token is the place where the next one begins. */
function page<Row>(rows: readonly Row[], maxResults: number, nextToken: string | undefined) {
  const from = Number(nextToken ?? 0);
  const to = from + (maxResults === 0 ? 100 : maxResults);
  return { rows: rows.slice(from, to), nextToken: to < rows.length ? String(to) : undefined };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
